import { type Command, JSON_FLAG, STORE, wholeNumber } from '../command.ts'
import { type Listed, listed, sessionsOf } from '../shown.ts'
import { withStore } from '../with-store.ts'

export const ls: Command = {
  name: 'ls',
  operands: '',
  summary: 'list live sessions',
  details: `
One line for each: id, what is left of its life, size of its JSON in bytes, names of what is in it. Sessions are read page by
page. With --json each line is an object: {id, expires, ttl, bytes, keys}.
`,
  flags: {
    ...STORE,
    ...JSON_FLAG,
    limit: { type: 'string', value: 'N', help: 'at most so many; default 100, 0 for all' },
    skip: { type: 'string', value: 'N', help: 'leave out the first ones' },
    reveal: { type: 'boolean', help: 'show ids as they are: whoever has one is that user' },
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
          io.err(`There are more: --skip ${skip + limit}, or --limit 0 for all\n`)
          break
        }
        const row = listed(sid, session, Boolean(values.reveal))
        io.out(values.json ? `${JSON.stringify(row)}\n` : lineOf(row))
      }
      return 0
    })
  },
}

function lineOf({ id, ttl, bytes, keys }: Listed): string {
  return `${[id, ttl === null ? '-' : span(ttl), bytes, keys.join(' ')].join('\t').trimEnd()}\n`
}

/** The largest two units. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [d, h, m, s] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60].map(
    Math.floor,
  )
  if (d) return `${d}d${h}h`
  if (h) return `${h}h${m}m`
  return m ? `${m}m${s}s` : `${s}s`
}
