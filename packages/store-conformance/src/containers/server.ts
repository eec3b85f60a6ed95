import type { Controls } from './container.ts'

export interface DatabaseOptions {
  /**
   * A server of one's own, even where `REDIS_URL`, `POSTGRES_URL`, `MYSQL_URL` or `MONGODB_URL` names a running one: for tests that stop it,
   * freeze it or configure it. Default `false`.
   */
  dedicated?: boolean
  /** Further arguments for `redis-server`, `postgres`, `mysqld` or `mongod`. Only for a server in a container. Default none. */
  args?: readonly string[]
}

/** A database for tests. */
export interface DatabaseServer extends Controls {
  /** The URL for clients. It never changes. */
  readonly url: string
  /** The version of the server, such as `7.0.15`; `undefined` for a server of a URL. */
  readonly version: string | undefined
}

export interface Address {
  host: string
  port: number
}

/** The server of a URL. */
export function runningElsewhere(variable: string, url: string): DatabaseServer {
  const refuse = async () => {
    throw new Error(
      `The server that ${variable} names is not stopped by tests: start a dedicated one for that.`,
    )
  }
  return {
    url,
    version: undefined,
    stop: async () => {},
    stopServer: refuse,
    startServer: refuse,
    pause: refuse,
    unpause: refuse,
  }
}

/** Settings in the format of a configuration file. */
export function lines(settings: string[]): string {
  return settings.map(setting => `${setting}\n`).join('')
}
