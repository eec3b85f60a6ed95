import type { Driver, RedisClient } from './driver.ts'

/** What Valkey GLIDE calls some error codes of the server. */
const CODES: Readonly<Record<string, string>> = {
  BusyLoadingError: 'LOADING',
  ClusterDown: 'CLUSTERDOWN',
  MasterDown: 'MASTERDOWN',
  NoScriptError: 'NOSCRIPT',
  PermissionDenied: 'NOPERM',
  ReadOnly: 'READONLY',
  ResponseError: 'ERR',
  TryAgain: 'TRYAGAIN',
}

/** With more than this under way, a command waits here. GLIDE rejects it if there are 1,000 already, and the application sends some too. */
const AT_ONCE = 500

/** Runs an operation as soon as fewer than `AT_ONCE` are under way. */
class Limit {
  #underWay = 0
  readonly #waiting: (() => void)[] = []

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay < AT_ONCE) this.#underWay++
    else await new Promise<void>(begin => this.#waiting.push(begin))
    try {
      return await work()
    } finally {
      const begin = this.#waiting.shift()
      if (begin) begin()
      else this.#underWay--
    }
  }
}

/** Stores on one client share its limit. */
const limits = new WeakMap<RedisClient, Limit>()

function limitOf(client: RedisClient): Limit {
  const limit = limits.get(client) ?? new Limit()
  limits.set(client, limit)
  return limit
}

/** A `GlideClient` of Valkey GLIDE. */
export function ofGlide(client: RedisClient): Driver {
  if (typeof client.invokeScriptWithRoute === 'function') {
    throw new TypeError(
      'The option "client" must not be a GlideClusterClient: for a Cluster, use ioredis, iovalkey or node-redis',
    )
  }
  const limit = limitOf(client)
  const send = async (command: readonly string[]) => {
    try {
      return await limit.run(() => client.customCommand!([...command]))
    } catch (error) {
      throw serverError(error)
    }
  }
  return {
    hiddenPrefix: '',
    ownPrefix: '',
    clustered: false,
    command: (_, command) => send(command),
    masters: async () => [(...command) => send(command)],
    isolation: {
      // GLIDE makes no second connection with the same settings, and after a reconnect it does not tell that WATCH was lost.
      run: () =>
        Promise.reject(
          new Error('On Valkey GLIDE, the user must be allowed to run functions or scripts: +@scripting'),
        ),
      close() {},
    },
  }
}

/** The error with the message of the server, which begins with its code. */
function serverError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const [, code, message] =
    /^(?:An error was signalled by the server: ?-? ?)?([A-Za-z]+): (.*)$/s.exec(error.message) ?? []
  if (!code || !(code in CODES || code === code.toUpperCase())) return error
  const told = new Error(`${CODES[code] ?? code} ${message}`)
  told.name = error.name
  return told
}
