// Taken when this file is loaded, because tests of apps replace the global timers.
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DynamodbClient } from './client.ts'
import { isConflict, toldToCaller, unavailable } from './failures.ts'

/** How often a command is tried when another one on the same item is under way. */
const ATTEMPTS = 20

/** Sends commands. Each is answered or fails within the time limit, with an error that callers may see. */
export class Runner {
  readonly #client: DynamodbClient
  readonly #timeout: number

  constructor(client: DynamodbClient, timeout: number) {
    this.#client = client
    this.#timeout = timeout
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers have the types of the SDK
  run(command: object): Promise<any> {
    return limited(this.#timeout, signal => this.#tried(command, signal))
  }

  async #tried(command: object, abortSignal: AbortSignal): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#client.send(command, { abortSignal })
      } catch (error) {
        // The SDK does not repeat this one.
        if (!isConflict(error) || attempt === ATTEMPTS || abortSignal.aborted) throw toldToCaller(error)
        await sleep(Math.random() * 10 * attempt)
      }
    }
  }
}

function limited<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const late = () => {
      reject(unavailable(`no answer within ${ms} ms`))
      controller.abort()
    }
    // If the process was busy for that long, its timers run before it reads the answers.
    const timer = setTimeout(() => setImmediate(late), ms)
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
