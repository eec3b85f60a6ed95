import { callStore } from '@coatcheck/session/stores'
import { type Command, confirm, JSON_FLAG, STORE, YES } from '../command.ts'
import { findIds, readSession } from '../sessions.ts'
import { countOfSessions } from '../text.ts'
import { withStore } from '../with-store.ts'

export const rm: Command = {
  name: 'rm',
  operands: 'SID...',
  summary: 'end sessions: log their users out',
  details: `
SID is an id, or its hash as coatcheck ls shows it. Exit code 1 if a session does not exist; the others are removed.
With --json: {removed, missing}.
`,
  flags: { ...STORE, ...JSON_FLAG, ...YES },
  least: 1,
  most: Number.POSITIVE_INFINITY,
  run(wanted, values, io) {
    return withStore(values, io, async store => {
      const ids = [...(await findIds(store, wanted)).values()]
      const unknown = ids.filter(found => found.length === 0).length
      const present: string[] = []
      for (const sid of new Set(ids.flat())) if (await readSession(store, sid)) present.push(sid)
      if (present.length > 0) await confirm(`End ${countOfSessions(present.length)}?`, values, io)
      for (const sid of present) await callStore(store, 'destroy', sid)
      const removed = present.length
      const missing = unknown + new Set(ids.flat()).size - removed
      if (values.json) io.out(`${JSON.stringify({ removed, missing })}\n`)
      else io.out(`${countOfSessions(removed)} removed${missing ? `, ${missing} not found` : ''}\n`)
      return missing ? 1 : 0
    })
  },
}
