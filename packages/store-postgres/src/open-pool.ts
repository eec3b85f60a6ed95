import { createRequire } from 'node:module'
import { codeOf } from './failures.ts'
import { type DriverPool, OwnPool } from './own-pool.ts'

/** How the pool of `PostgresStore.open` behaves; times in milliseconds. */
export interface PoolSettings {
  readonly max: number
  readonly connectTimeout: number
  readonly queryTimeout: number
}

/** How long a statement waits for a lock before the server answers that it is not free: at most so many milliseconds. */
const LOCK_TIMEOUT = 500
/** How much longer pg waits than the server takes at most: its answer keeps the connection. */
const GRACE = 1000

interface Driver {
  Pool: new (settings: object) => DriverPool
  Client: new (settings: { connectionString: string }) => object
}

/** A pool for this URL. It makes its connections when it needs them, and does not keep the process alive. */
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
  // The server stops what nobody waits for any more, also when it no longer hears of this process.
  const limits = {
    statement_timeout: queryTimeout,
    lock_timeout: Math.min(LOCK_TIMEOUT, Math.ceil(queryTimeout / 2)),
    idle_in_transaction_session_timeout: queryTimeout,
  }
  return new OwnPool(limited => new Pool(limited ? { ...settings, ...limits } : settings))
}

/** A client reads its URL at once, where a pool would not before it connects. The errors of URLs quote them, with passwords. */
function checkUrl(url: string, Client: Driver['Client']): void {
  try {
    new Client({ connectionString: url })
  } catch (error) {
    if (!(error instanceof URIError) && codeOf(error) !== 'ERR_INVALID_URL') throw error
    throw new TypeError(
      'The URL of PostgresStore.open cannot be read: special characters in its user and password must be percent-encoded',
    )
  }
}

function driver(): Driver {
  try {
    return createRequire(import.meta.url)('pg') as Driver
  } catch (cause) {
    // In a bundle that is an ES module there may be no `require`.
    if (codeOf(cause) !== 'MODULE_NOT_FOUND' && !(cause instanceof ReferenceError)) throw cause
    throw new Error(
      'PostgresStore.open needs the package pg: npm install pg; in a bundle that has no such package, pass a client: new PostgresStore({ client })',
      { cause },
    )
  }
}
