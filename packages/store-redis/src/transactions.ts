import { setTimeout as sleep } from 'node:timers/promises'
import { SessionError } from '@coatcheck/session'
import type { Driver } from './driver.ts'

/** How often a transaction is tried beside others that write the same key. */
const ATTEMPTS = 50

/** What a transaction does about what it has found: commands, or none and the answer. */
export interface Decision<T> {
  readonly answer: T
  readonly commands?: readonly (readonly string[])[]
}

/**
 * Read a key, decide, and write, all in one atomic step, by plain commands: `WATCH`, `GET`, then `MULTI` and `EXEC`, which do nothing
 * when somebody has written the key since. Then it is read again.
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
      `Others wrote the session meanwhile, ${ATTEMPTS} times in a row`,
    )
  })
}
