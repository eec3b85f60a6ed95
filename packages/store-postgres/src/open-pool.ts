import { createRequire } from 'node:module'
import { codeOf } from './failures.ts'
import { type DriverPool, OwnPool } from './own-pool.ts'

/** Settings of the pool of `PostgresStore.open`. Times are in milliseconds. */
export interface PoolSettings {
  readonly max: number
  readonly connectTimeout: number
  readonly queryTimeout: number
}

/** The longest `lock_timeout`, in milliseconds: after it the server refuses a statement that waits for a lock. */
const LOCK_TIMEOUT = 500
/** Milliseconds that pg waits longer than the server's limit. If the server answers in time, the connection can be kept. */
const GRACE = 1000

interface Driver {
  Pool: new (settings: object) => DriverPool
  Client: new (settings: { connectionString: string }) => object
}

/** A pool for this URL. It connects when needed, and does not keep the process alive. */
export function openPool(url: string, { max, connectTimeout, queryTimeout }: PoolSettings): OwnPool {
  if (typeof url !== 'string' || !/^postgres(ql)?:\/\//.test(url)) {
    throw new TypeError('PostgresStore.open needs a URL: postgres://user:password@host:5432/database')
  }
  const { Pool, Client } = driver()
  checkUrl(url, Client)
  const settings = {
    connectionString: url,
    max,
    connectionTimeoutMillis: connectTimeout,
    query_timeout: queryTimeout + GRACE,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: 'coatcheck',
  }
  // With these limits, the server stops abandoned statements, even when this process is gone.
  const limits = {
    statement_timeout: queryTimeout,
    lock_timeout: Math.min(LOCK_TIMEOUT, Math.ceil(queryTimeout / 2)),
    idle_in_transaction_session_timeout: queryTimeout,
  }
  return new OwnPool(limited => new Pool(limited ? { ...settings, ...limits } : settings))
}

/** Check the URL with a client, because a pool parses it only when it connects. Errors about URLs quote them, with passwords. */
function checkUrl(url: string, Client: Driver['Client']): void {
  try {
    new Client({ connectionString: url })
  } catch (error) {
    if (!(error instanceof URIError) && codeOf(error) !== 'ERR_INVALID_URL') throw error
    throw new TypeError(
      'The URL of PostgresStore.open cannot be parsed: percent-encode special characters in its user and password',
    )
  }
}

function driver(): Driver {
  try {
    return createRequire(import.meta.url)('pg') as Driver
  } catch (cause) {
    // A bundle in the form of an ES module may have no `require`.
    if (codeOf(cause) !== 'MODULE_NOT_FOUND' && !(cause instanceof ReferenceError)) throw cause
    throw new Error(
      'PostgresStore.open needs the package pg: npm install pg. In a bundle without that package, pass a client: new PostgresStore({ client })',
      { cause },
    )
  }
}
