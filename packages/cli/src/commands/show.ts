import { type Command, JSON_FLAG, STORE } from '../command.ts'
import { findIds, listed, outline, readSession, shownId } from '../shown.ts'
import { withStore } from '../with-store.ts'

export const show: Command = {
  name: 'show',
  operands: 'SID',
  summary: 'show a session',
  details: `
SID is an id, or its hash as coatcheck ls shows it. Of the data the names are shown, with the kinds and sizes of the values;
with --reveal all of it. JSON in any case: {id, expires, ttl, bytes, keys, session}; --json puts it on one line.
`,
  flags: {
    ...STORE,
    ...JSON_FLAG,
    reveal: { type: 'boolean', help: 'show the id and the data as they are' },
  },
  least: 1,
  most: 1,
  run([wanted], values, io) {
    return withStore(values, io, async store => {
      const ids = (await findIds(store, [wanted as string])).get(wanted as string) ?? []
      const reveal = Boolean(values.reveal)
      let code = ids.length === 0 ? 1 : 0
      for (const sid of ids) {
        const session = await readSession(store, sid)
        if (session) {
          const row = { ...listed(sid, session, reveal), session: reveal ? session : outline(session) }
          io.out(`${JSON.stringify(row, null, values.json ? 0 : 2)}\n`)
        } else {
          io.err(`There is no session ${shownId(sid, reveal)}\n`)
          code = 1
        }
      }
      if (ids.length === 0) io.err(`There is no session ${wanted}\n`)
      return code
    })
  },
}
