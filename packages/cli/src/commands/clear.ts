import { callStore } from '@coatcheck/session/stores'
import { type Command, confirm, JSON_FLAG, STORE, UsageError, YES } from '../command.ts'
import { countSessions } from '../sessions.ts'
import { countOfSessions } from '../text.ts'
import { withStore } from '../with-store.ts'

export const clear: Command = {
  name: 'clear',
  operands: '',
  summary: 'end all sessions: log everybody out',
  details: `
Removes the sessions of this store and nothing else in the database. With --json: {removed}.
`,
  flags: { ...STORE, ...JSON_FLAG, ...YES },
  least: 0,
  most: 0,
  run(_, values, io) {
    return withStore(values, io, async store => {
      if (typeof store.clear !== 'function') throw new UsageError('This store has no clear()')
      const removed = await countSessions(store)
      await confirm(`End all sessions, ${removed} at the moment?`, values, io)
      await callStore(store, 'clear')
      io.out(values.json ? `${JSON.stringify({ removed })}\n` : `${countOfSessions(removed)} removed\n`)
      return 0
    })
  },
}
