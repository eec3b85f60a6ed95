import type { RecordStore, Reencrypted } from '@coatcheck/session'
import { type Command, JSON_FLAG, STORE, UsageError } from '../command.ts'
import { Progress } from '../progress.ts'
import { countSessions } from '../sessions.ts'
import { countOfSessions } from '../text.ts'
import { withStore } from '../with-store.ts'

export const reencrypt: Command = {
  name: 'reencrypt',
  operands: '',
  summary: 'encrypt all sessions with the current key',
  details: `
The app may run meanwhile: a session that it saves is not replaced. All processes of the app must have the current key, which is the
first one of the variable. Unencrypted sessions and sessions of older keys get the current key, and keep their lifetimes. With
--hash-ids, sessions that are stored under their ids get hashed ids as well. Exit code 1 if a session cannot be read with any of the
keys; such sessions are not changed. With --json: {current, encrypted, gone, unreadable}.
`,
  flags: { ...STORE, ...JSON_FLAG },
  least: 0,
  most: 0,
  run(_, values, io) {
    return withStore(values, io, async store => {
      if (!('reencrypt' in store)) throw new UsageError('This store has no reencrypt()')
      const counts: Record<Reencrypted, number> = { current: 0, encrypted: 0, gone: 0, unreadable: 0 }
      const progress = new Progress(io, await countSessions(store))
      try {
        for await (const result of (store as RecordStore).reencrypt()) {
          counts[result]++
          progress.step()
        }
      } catch (error) {
        throw error instanceof TypeError ? new UsageError('No keys: give --keys env:NAME') : error
      } finally {
        progress.stop()
      }
      io.out(values.json ? `${JSON.stringify(counts)}\n` : `${report(counts)}\n`)
      return counts.unreadable > 0 ? 1 : 0
    })
  },
}

function report({ current, encrypted, gone, unreadable }: Record<Reencrypted, number>): string {
  const others = [
    current && `${current} had the current key`,
    gone && `${gone} ended before`,
    unreadable && `${unreadable} cannot be read with these keys`,
  ].filter(Boolean)
  return [`${countOfSessions(encrypted)} encrypted`, ...others].join(', ')
}
