import type { Store } from '@coatcheck/session'
import { type Command, confirm, JSON_FLAG, UsageError, type Values, wholeNumber, YES } from '../command.ts'
import { type CopyResult, copySessions } from '../copying.ts'
import type { Io } from '../io.ts'
import { Progress } from '../progress.ts'
import { urlOf, withStoreOf } from '../with-store.ts'
import { countOf } from './count.ts'
import { sessions } from './rm.ts'

export const copy: Command = {
  name: 'copy',
  operands: 'FROM TO',
  summary: 'copy all sessions to another store, with their lifetimes',
  details: `
FROM and TO are URLs, or env:NAME, which keeps passwords out of the list of processes. Without --live nobody may use the stores
meanwhile, and sessions of TO with the same ids are replaced. With --live the app is running on migratingStore({ from, to })
in all its processes: what TO has already stays, and a session that ends meanwhile stays ended. A copy that was interrupted
is run again: it comes to the same. At the end the number of sessions is compared, and of some the data and the lifetime;
what is not right makes exit code 1. With --json: {read, copied, gone, compared, wrong, sessions}.
`,
  flags: {
    ...JSON_FLAG,
    ...YES,
    live: { type: 'boolean', help: 'the app is running, on a migratingStore' },
    rate: { type: 'string', value: 'N', help: 'at most so many sessions per second' },
    sample: { type: 'string', value: 'N', help: 'compare so many sessions at the end; default 100' },
  },
  least: 2,
  most: 2,
  async run([from, to], values, io) {
    const places = [urlOf(from as string, io), urlOf(to as string, io)] as const
    if (places[0] === places[1]) throw new UsageError('FROM and TO are the same store')
    return withStoreOf(places[0], io, source =>
      withStoreOf(places[1], io, target => copyBetween(source, target, values, io)),
    )
  },
}

async function copyBetween(from: Store, to: Store, values: Values, io: Io): Promise<number> {
  const live = Boolean(values.live)
  const rate = wholeNumber(values, 'rate', 0)
  const sample = wholeNumber(values, 'sample', 100)
  const there = live ? 0 : await countOf(to)
  if (there > 0) await confirm(`TO has ${sessions(there)}: replace those with the same ids?`, values, io)
  const progress = new Progress(io, await countOf(from))
  let result: CopyResult
  try {
    result = await copySessions(from, to, { live, rate, sample, step: () => progress.step() })
  } finally {
    progress.stop()
  }
  const total = await countOf(to)
  if (values.json) io.out(`${JSON.stringify({ ...result, sessions: total })}\n`)
  else io.out(`${report(result)}; TO has ${sessions(total)}\n`)
  // What was used meanwhile may have ended meanwhile.
  const enough = live || total >= result.copied || (await countOf(from)) <= total
  if (enough && result.wrong === 0) return 0
  io.err('coatcheck: TO is not what FROM is: run the copy again\n')
  return 1
}

function report({ read, copied, gone, compared, wrong }: CopyResult): string {
  const over = gone ? `, ${gone} ended before` : ''
  return `${copied} of ${sessions(read)} copied${over}; ${compared} compared, ${wrong} wrong`
}
