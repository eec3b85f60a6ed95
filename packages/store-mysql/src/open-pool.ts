import { createRequire } from 'node:module'
import { connect, type Socket } from 'node:net'
import { codeOf } from './failures.ts'
import { type Member, OwnPool } from './own-pool.ts'

/** Settings of the pool of `MysqlStore.open`. Times are in milliseconds. */
export interface PoolSettings {
  readonly max: number
  readonly connectTimeout: number
  readonly queryTimeout: number
}

interface Driver {
  createConnection(settings: object): Member['connection']
}

/** The argument of the function with which mysql2 gets a socket. */
interface SocketRequest {
  config: { host: string; port: number; socketPath?: string }
}

/** A pool for this URL. It connects when needed, and does not keep the process alive. */
export function openPool(url: string, { max, connectTimeout, queryTimeout }: PoolSettings): OwnPool {
  if (typeof url !== 'string' || !/^(mysql|mariadb):\/\//.test(url)) {
    throw new TypeError('MysqlStore.open needs a URL: mysql://user:password@host:3306/database')
  }
  checkUrl(url)
  const { createConnection } = driver()
  const settings = { uri: url, charset: 'utf8mb4', connectTimeout }
  function make(): Member {
    // The pool needs the socket: mysql2 has no other way to let a process with idle connections end.
    let socket: Socket | undefined
    const stream = ({ config }: SocketRequest) => {
      socket = config.socketPath ? connect(config.socketPath) : connect(config.port, config.host)
      return socket.setNoDelay(true).setKeepAlive(true)
    }
    const connection = createConnection({ ...settings, stream })
    return { connection, socket: socket as unknown as Socket }
  }
  return new OwnPool({ max, connectTimeout, queryTimeout, make, setup: limits(queryTimeout) })
}

/**
 * With these limits, the server stops abandoned statements. A statement waits for a lock for a second, the shortest limit that there is,
 * and is then repeated. MySQL limits only the time of statements that read, MariaDB that of all statements.
 */
function limits(queryTimeout: number): string {
  return `
    SET SESSION innodb_lock_wait_timeout = 1, lock_wait_timeout = 1
    /*!80000 , max_execution_time = ${queryTimeout} */
    /*M!100600 , max_statement_time = ${queryTimeout / 1000} */`
}

/** Errors about URLs quote them, with passwords. */
function checkUrl(url: string): void {
  try {
    const { username, password, pathname, hostname } = new URL(url)
    for (const part of [username, password, pathname, hostname]) decodeURIComponent(part)
  } catch {
    throw new TypeError(
      'The URL of MysqlStore.open cannot be parsed: percent-encode special characters in its user and password',
    )
  }
}

function driver(): Driver {
  try {
    return createRequire(import.meta.url)('mysql2') as Driver
  } catch (cause) {
    // A bundle in the form of an ES module may have no `require`.
    if (codeOf(cause) !== 'MODULE_NOT_FOUND' && !(cause instanceof ReferenceError)) throw cause
    throw new Error(
      'MysqlStore.open needs the package mysql2: npm install mysql2. In a bundle without that package, pass a client: new MysqlStore({ client })',
      { cause },
    )
  }
}
