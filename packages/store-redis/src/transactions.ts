import { setTimeout as sleep } from 'node:timers/promises'
import { SessionError } from '@coatcheck/session'
import type { Driver } from './driver.ts'

/** How often a transaction is tried while others write the same key. */
const ATTEMPTS = 50

/** What a transaction does with the value that it has read: run commands, or return an answer. */
export interface Decision<T> {
  readonly answer: T
  readonly commands?: readonly (readonly string[])[]
}

/**
 * Read a key, decide, and write, in one atomic step, with plain commands: `WATCH`, `GET`, then `MULTI` and `EXEC`. If the key was written
 * meanwhile, `EXEC` does nothing, and the key is read again.
 */
export function transact<T>(
  driver: Driver,
  key: string,
  decide: (text: string | null) => Decision<T>,
): Promise<T> {
  return driver.isolation.run(async connection => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [, reply] = await Promise.all([
        connection.send(key, ['watch', key]),
        connection.send(key, ['get', key]),
      ])
      const { answer, commands } = decide(reply === null ? null : String(reply))
      if (!commands) {
        await connection.forget(key)
        return answer
      }
      if (await connection.transact(key, commands)) return answer
      await sleep(Math.random() * attempt)
    }
    throw new SessionError(
      'ERR_SESSION_CHANGED',
      `Another writer changed the session during each of ${ATTEMPTS} attempts`,
    )
  })
}
