import { SessionError } from '@coatcheck/session'
import { Deadlines, Limited } from './deadlines.ts'
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
  const calls = new Calls(ms, watcher)
  return {
    ...driver,
    command: (key, command) => calls.run(() => driver.command(key, command)),
    async masters() {
      const masters = await calls.run(() => driver.masters())
      return masters.map(
        (send): Send =>
          (...command) =>
            calls.run(() => send(...command)),
      )
    },
    isolation: {
      run: work => calls.run(() => driver.isolation.run(work)),
      close: () => driver.isolation.close(),
    },
  }
}

/** The commands that are under way. */
class Calls {
  readonly ms: number
  readonly watcher: Watcher | undefined
  readonly deadlines: Deadlines | undefined
  answers = 0

  constructor(ms: number, watcher: Watcher | undefined) {
    this.ms = ms
    this.watcher = watcher
    this.deadlines = ms > 0 ? new Deadlines(ms) : undefined
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const call = new Call(this, resolve, reject)
      try {
        work().then(
          value => call.resolved(value),
          error => call.failed(error),
        )
      } catch (error) {
        call.failed(error)
      }
    })
  }
}

/** One command. It ends once: with an answer, a failure or its deadline. */
class Call<T> extends Limited {
  readonly #calls: Calls
  readonly #resolve: (value: T) => void
  readonly #reject: (error: Error) => void
  readonly #before: number
  #open = true

  constructor(calls: Calls, resolve: (value: T) => void, reject: (error: Error) => void) {
    super()
    this.#calls = calls
    this.#resolve = resolve
    this.#reject = reject
    this.#before = calls.answers
    calls.watcher?.begin()
    calls.deadlines?.begin(this)
  }

  resolved(value: T): void {
    this.#calls.answers++
    this.#end()
    this.#resolve(value)
  }

  failed(error: unknown): void {
    this.#end()
    this.#reject(handedOn(error, this.#calls.watcher?.failure()))
  }

  override late(): void {
    const { ms, watcher, answers } = this.#calls
    this.#end()
    this.#reject(tooLate(ms, watcher?.failure()))
    if (answers === this.#before) watcher?.silent()
  }

  #end(): void {
    if (!this.#open) return
    this.#open = false
    this.#calls.deadlines?.end(this)
    this.#calls.watcher?.end()
  }
}

function tooLate(ms: number, failure: Error | undefined): SessionError {
  if (failure) return unavailable(failure)
  return new SessionError('ERR_SESSION_STORE_TIMEOUT', `Redis did not answer within ${ms} ms`)
}
