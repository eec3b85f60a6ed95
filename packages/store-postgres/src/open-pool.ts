import { createRequire } from 'node:module'
import { codeOf, type PostgresClient } from './client.ts'

/** A pool that the store has made, and ends. */
export interface OwnPool extends PostgresClient {
  end(): Promise<void>
}

/** How the pool of `PostgresStore.open` behaves; times in milliseconds. */
export interface PoolSettings {
  readonly max: number
  readonly connectTimeout: number
  readonly queryTimeout: number
}

interface Driver {
  Pool: new (settings: object) => OwnPool
  Client: new (settings: { connectionString: string }) => object
}

/** A pool for this URL. It makes its connections when it needs them, and does not keep the process alive. */
export function openPool(url: string, { max, connectTimeout, queryTimeout }: PoolSettings): OwnPool {
  if (typeof url !== 'string' || !/^postgres(ql)?:\/\//.test(url)) {
    throw new TypeError('PostgresStore.open needs a URL: postgres://user:password@host:5432/database')
  }
  const { Pool, Client } = driver()
  checkUrl(url, Client)
  return new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectTimeout,
    query_timeout: queryTimeout,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: 'coatcheck',
  })
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
    if (codeOf(cause) !== 'MODULE_NOT_FOUND') throw cause
    throw new Error('PostgresStore.open needs the package pg: npm install pg', { cause })
  }
}
