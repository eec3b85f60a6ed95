// Taken when this file is loaded, because tests of apps replace the global timers.
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { SessionError } from '@coatcheck/session'
import type { Driver, Send } from './driver.ts'
import { handedOn, unavailable } from './failures.ts'

/** Watches the connection of a client. */
export interface Watcher {
  /** Called before a command is given to the client. */
  begin(): void
  /** Called when the command was answered, or has failed. */
  end(): void
  /** The client's last failure to connect, if it has not connected since. */
  failure(): Error | undefined
  /** Called when no command was answered for the whole time limit. */
  silent(): void
}

/**
 * The same driver with a time limit: each command is answered or fails within `ms` milliseconds (`0` for no limit), with an error that
 * callers may see. Clients have their own limits, but not for commands that wait for a connection, or not by default.
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
      // If the process was busy for that long, its timers run before it reads the answers.
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
