import { type Command, JSON_FLAG, STORE } from '../command.ts'
import { countSessions } from '../sessions.ts'
import { withStore } from '../with-store.ts'

export const count: Command = {
  name: 'count',
  operands: '',
  summary: 'count live sessions',
  details: `
After a move with migratingStore, the count includes its tombstone records until they expire.
With --json: {sessions}.
`,
  flags: { ...STORE, ...JSON_FLAG },
  least: 0,
  most: 0,
  run(_, values, io) {
    return withStore(values, io, async store => {
      const sessions = await countSessions(store)
      io.out(values.json ? `${JSON.stringify({ sessions })}\n` : `${sessions}\n`)
      return 0
    })
  },
}
