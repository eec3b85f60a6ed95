// Taken as this file is loaded: tests of apps put others in their place.
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { SessionError } from '@coatcheck/session'
import type { Driver, Send } from './driver.ts'
import { handedOn, unavailable } from './failures.ts'

/** Somebody to ask and to tell about the connection. */
export interface Watcher {
  /** A command is about to be given to the client. */
  begin(): void
  /** It was answered, or has failed. */
  end(): void
  /** The client's latest failure, if it has not connected since. */
  failure(): Error | undefined
  /** Nothing at all was answered for that long. */
  silent(): void
}

/**
 * The same driver, where each command is answered or fails within so many milliseconds, `0` for no limit, and fails with what may be
 * handed on. Clients have limits of their own, but not for what waits until they have connected, or not by default.
 */
export function withTimeLimit(driver: Driver, ms: number, watcher?: Watcher): Driver {
  let answers = 0

  function limited<T>(work: () => Promise<T>): Promise<T> {
    const before = answers
    watcher?.begin()
    return new Promise((resolve, reject) => {
      let over: NodeJS.Immediate | undefined
      const late = () => {
        settled()
        reject(tooLate(ms, watcher?.failure()))
        if (answers === before) watcher?.silent()
      }
      // A process that was busy for so long finds its answers only after its timers.
      const timer = ms > 0 ? setTimeout(() => (over = setImmediate(late)), ms) : undefined
      let open = true
      const settled = () => {
        clearTimeout(timer)
        clearImmediate(over)
        if (open) watcher?.end()
        open = false
      }
      const fail = (error: unknown) => {
        settled()
        reject(handedOn(error, watcher?.failure()))
      }
      try {
        work().then(value => {
          answers++
          settled()
          resolve(value)
        }, fail)
      } catch (error) {
        fail(error)
      }
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
    isolation: {
      run: work => limited(() => driver.isolation.run(work)),
      close: () => driver.isolation.close(),
    },
  }
}

function tooLate(ms: number, failure: Error | undefined): SessionError {
  if (failure) return unavailable(failure)
  return new SessionError('ERR_SESSION_STORE_TIMEOUT', `Redis did not answer within ${ms} ms`)
}
