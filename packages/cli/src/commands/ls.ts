import { type Command, JSON_FLAG, STORE, wholeNumber } from '../command.ts'
import { type Listed, listed } from '../listing.ts'
import { sessionsOf } from '../sessions.ts'
import { duration, printable, printableJson, word } from '../text.ts'
import { withStore } from '../with-store.ts'

export const ls: Command = {
  name: 'ls',
  operands: '',
  summary: 'list live sessions',
  details: `
Prints a line for each session: id, remaining lifetime, size of its JSON in bytes, names of its data. Reads the sessions page by
page. With --json each line is an object: {id, expires, ttl, bytes, keys}.
`,
  flags: {
    ...STORE,
    ...JSON_FLAG,
    limit: { type: 'string', value: 'N', help: 'list at most N sessions; default 100, 0 for all' },
    skip: { type: 'string', value: 'N', help: 'leave out the first N sessions' },
    reveal: { type: 'boolean', help: 'show full ids; anyone who has an id can act as its user' },
  },
  least: 0,
  most: 0,
  run(_, values, io) {
    const limit = wholeNumber(values, 'limit', 100) || Number.POSITIVE_INFINITY
    const skip = wholeNumber(values, 'skip', 0)
    return withStore(values, io, async store => {
      let at = 0
      for await (const [sid, session] of sessionsOf(store)) {
        if (at++ < skip) continue
        if (at > skip + limit) {
          io.err(`There are more sessions: --skip ${skip + limit} for the next, or --limit 0 for all\n`)
          break
        }
        const row = listed(sid, session, Boolean(values.reveal))
        io.out(values.json ? `${printableJson(row)}\n` : lineOf(row))
      }
      return 0
    })
  },
}

function lineOf({ id, ttl, bytes, keys }: Listed): string {
  const columns = [printable(id), ttl === null ? '-' : duration(ttl), bytes, keys.map(word).join(' ')]
  return `${columns.join('\t').trimEnd()}\n`
}
