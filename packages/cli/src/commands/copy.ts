import type { Store } from '@coatcheck/session'
import {
  type Command,
  confirm,
  JSON_FLAG,
  KEYS,
  UsageError,
  type Values,
  wholeNumber,
  YES,
} from '../command.ts'
import { type CopyResult, copySessions } from '../copy-sessions.ts'
import type { Io } from '../io.ts'
import { Progress } from '../progress.ts'
import { countSessions } from '../sessions.ts'
import { countOfSessions } from '../text.ts'
import { CREATE, sealingIn, urlOf, withStoreOf } from '../with-store.ts'

export const copy: Command = {
  name: 'copy',
  operands: 'FROM TO',
  summary: 'copy all sessions to another store, with their lifetimes',
  details: `
FROM and TO are URLs, or env:NAME, which keeps passwords out of the process list. Without --live, stop the app first: sessions of
TO with the same ids are replaced. With --live, all processes of the app run on migratingStore({ from, to }): sessions that TO
already has stay, and a session that ends during the copy stays ended. You can repeat a copy that was interrupted. At the end,
copy compares the number of sessions, and the data and lifetime of a sample; exit code 1 if something differs.
With --json: {read, copied, gone, compared, wrong, sessions}.
`,
  flags: {
    ...KEYS,
    ...JSON_FLAG,
    ...YES,
    ...CREATE,
    live: { type: 'boolean', help: 'the app is running on a migratingStore' },
    rate: { type: 'string', value: 'N', help: 'copy at most N sessions per second' },
    sample: { type: 'string', value: 'N', help: 'compare N sessions at the end; default 100' },
  },
  least: 2,
  most: 2,
  async run([from, to], values, io) {
    const source = urlOf(from as string, io)
    const target = urlOf(to as string, io)
    if (source === target) throw new UsageError('FROM and TO are the same store')
    const { hashIds, encryption } = sealingIn(values, io)
    const created = { create: Boolean(values.create), mayCreate: true, hashIds, encryption }
    return withStoreOf(source, { create: false, mayCreate: false, encryption }, source =>
      withStoreOf(target, created, target => copyBetween(source, target, values, io)),
    )
  },
}

async function copyBetween(from: Store, to: Store, values: Values, io: Io): Promise<number> {
  const live = Boolean(values.live)
  const rate = wholeNumber(values, 'rate', 0)
  const sample = wholeNumber(values, 'sample', 100)
  const present = live ? 0 : await countSessions(to)
  if (present > 0) {
    await confirm(`TO has ${countOfSessions(present)}: replace those with the same ids?`, values, io)
  }
  const progress = new Progress(io, await countSessions(from))
  let result: CopyResult
  try {
    result = await copySessions(from, to, { live, rate, sample, step: () => progress.step() })
  } finally {
    progress.stop()
  }
  const total = await countSessions(to)
  if (values.json) io.out(`${JSON.stringify({ ...result, sessions: total })}\n`)
  else io.out(`${report(result)}; TO has ${countOfSessions(total)}\n`)
  // In a live copy, sessions may have ended meanwhile.
  const enough = live || total >= result.copied || (await countSessions(from)) <= total
  if (enough && result.wrong === 0) return 0
  io.err('coatcheck: FROM and TO differ: repeat the copy\n')
  return 1
}

function report({ read, copied, gone, compared, wrong }: CopyResult): string {
  const ended = gone ? `, ${gone} ended before` : ''
  return `${copied} of ${countOfSessions(read)} copied${ended}; ${compared} compared, ${wrong} wrong`
}
