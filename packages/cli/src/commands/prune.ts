import { callStore } from '@coatcheck/session/stores'
import { type Command, JSON_FLAG, STORE, UsageError } from '../command.ts'
import { withStore } from '../with-store.ts'

export const prune: Command = {
  name: 'prune',
  operands: '',
  summary: 'delete expired sessions now',
  details: `
Does not change live sessions. Stores delete expired sessions from time to time by themselves. If the database server does it,
there is nothing to delete. With --json: {deleted}.
`,
  flags: { ...STORE, ...JSON_FLAG },
  least: 0,
  most: 0,
  run(_, values, io) {
    return withStore(values, io, async store => {
      if (!('prune' in store)) throw new UsageError('This store has no prune()')
      const deleted = (await callStore<number>(store, 'prune')) ?? 0
      io.out(values.json ? `${JSON.stringify({ deleted })}\n` : `${deleted} expired deleted\n`)
      return 0
    })
  },
}
