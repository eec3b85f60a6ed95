import { type Command, JSON_FLAG, STORE } from '../command.ts'
import { listed, shownId, shownSession } from '../listing.ts'
import { findIds, readSession } from '../sessions.ts'
import { printable, printableJson } from '../text.ts'
import { withStore } from '../with-store.ts'

export const show: Command = {
  name: 'show',
  operands: 'SID',
  summary: 'show a session',
  details: `
SID is an id, or its hash as coatcheck ls shows it. Shows the names of the data, and the kind and size of each value; with
--reveal the values themselves. Always prints JSON: {id, expires, ttl, bytes, keys, session}; with --json on one line.
`,
  flags: {
    ...STORE,
    ...JSON_FLAG,
    reveal: { type: 'boolean', help: 'show the full id and the data' },
  },
  least: 1,
  most: 1,
  run([wanted], values, io) {
    return withStore(values, io, async store => {
      const ids = (await findIds(store, [wanted as string])).get(wanted as string) ?? []
      const reveal = Boolean(values.reveal)
      const missing: string[] = ids.length === 0 ? [wanted as string] : []
      for (const sid of ids) {
        const session = await readSession(store, sid)
        if (!session) {
          missing.push(shownId(sid, reveal))
          continue
        }
        const row = listed(sid, session, reveal)
        const shown = { ...row, session: shownSession(session, row, reveal) }
        io.out(`${printableJson(shown, values.json ? 0 : 2)}\n`)
      }
      for (const name of missing) io.err(`There is no session ${printable(name)}\n`)
      return missing.length > 0 ? 1 : 0
    })
  },
}
