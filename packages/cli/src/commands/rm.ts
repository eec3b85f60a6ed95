import { callStore } from '@coatcheck/session/stores'
import { type Command, confirm, JSON_FLAG, STORE, YES } from '../command.ts'
import { findIds, readSession } from '../shown.ts'
import { withStore } from '../with-store.ts'

export const rm: Command = {
  name: 'rm',
  operands: 'SID...',
  summary: 'end sessions: their users are logged out',
  details: `
SID is an id, or its hash as coatcheck ls shows it. Exit code 1 when one of them was not there; the others are removed.
With --json: {removed, missing}.
`,
  flags: { ...STORE, ...JSON_FLAG, ...YES },
  least: 1,
  most: Number.POSITIVE_INFINITY,
  run(wanted, values, io) {
    return withStore(values, io, async store => {
      const ids = [...(await findIds(store, wanted)).values()]
      const missing = ids.filter(found => found.length === 0).length
      const present: string[] = []
      for (const sid of new Set(ids.flat())) if (await readSession(store, sid)) present.push(sid)
      if (present.length > 0) await confirm(`End ${sessions(present.length)}?`, values, io)
      for (const sid of present) await callStore(store, 'destroy', sid)
      const absent = missing + new Set(ids.flat()).size - present.length
      if (values.json) io.out(`${JSON.stringify({ removed: present.length, missing: absent })}\n`)
      else io.out(`${sessions(present.length)} removed${absent ? `, ${absent} not there` : ''}\n`)
      return absent ? 1 : 0
    })
  },
}

export function sessions(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`
}
