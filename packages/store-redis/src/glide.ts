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

/** A `GlideClient` of Valkey GLIDE. */
export function ofGlide(client: RedisClient): Driver {
  if (typeof client.invokeScriptWithRoute === 'function') {
    throw new TypeError(
      'The option "client" must be no GlideClusterClient: for a Cluster, use ioredis, iovalkey or node-redis',
    )
  }
  const send = async (command: readonly string[]) => {
    try {
      return await client.customCommand!([...command])
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
