import type { Store } from '@coatcheck/session'
import { callStore } from '@coatcheck/session/stores'
import { type Command, JSON_FLAG, STORE } from '../command.ts'
import { sessionsOf } from '../shown.ts'
import { withStore } from '../with-store.ts'

export const count: Command = {
  name: 'count',
  operands: '',
  summary: 'count live sessions',
  details: `
After a move with migratingStore, its notes on ended sessions count too until they expire.
With --json: {sessions}.
`,
  flags: { ...STORE, ...JSON_FLAG },
  least: 0,
  most: 0,
  run(_, values, io) {
    return withStore(values, io, async store => {
      const sessions = await countOf(store)
      io.out(values.json ? `${JSON.stringify({ sessions })}\n` : `${sessions}\n`)
      return 0
    })
  },
}

/** Asked of the store where it can tell. */
export async function countOf(store: Store): Promise<number> {
  if (typeof store.length === 'function') return (await callStore<number>(store, 'length')) ?? 0
  let sessions = 0
  for await (const _ of sessionsOf(store)) sessions++
  return sessions
}
