import { SessionError } from '@coatcheck/session'
import type { Driver, Send } from './client.ts'

/** Somebody to ask and to tell when a command has not been answered. */
export interface Watcher {
  /** The client's latest failure, if it has not connected since. */
  failure(): Error | undefined
  /** Nothing at all was answered for that long. */
  silent(): void
}

/**
 * The same driver, where each command is answered or fails within so many milliseconds. Clients have limits of their own, but not
 * for what waits until they have connected, or not by default.
 */
export function withTimeLimit(driver: Driver, ms: number, watcher?: Watcher): Driver {
  if (ms === 0) return driver
  let answers = 0

  function limited<T>(work: () => Promise<T>): Promise<T> {
    const before = answers
    return new Promise((resolve, reject) => {
      const answer = work()
      let over: NodeJS.Immediate | undefined
      const timer = setTimeout(() => {
        // A process that was busy for so long finds its answers only after its timers.
        over = setImmediate(() => {
          const cause = watcher?.failure()
          reject(
            new SessionError(
              'ERR_SESSION_STORE_TIMEOUT',
              `Redis did not answer within ${ms} ms`,
              cause && { cause },
            ),
          )
          if (answers === before) watcher?.silent()
        })
      }, ms)
      const settled = () => {
        clearTimeout(timer)
        clearImmediate(over)
      }
      answer.then(
        value => {
          answers++
          settled()
          resolve(value)
        },
        error => {
          settled()
          reject(error)
        },
      )
    })
  }

  return {
    ...driver,
    command: (key, command) => limited(() => driver.command(key, command)),
    async masters() {
      const masters = await limited(() => driver.masters())
      return masters.map(
        (send): Send =>
          (...command) =>
            limited(() => send(...command)),
      )
    },
  }
}
