import { SessionError } from '@coatcheck/session'

/** An error of mysql2. Only errors of the server have a `sqlState`. */
interface Failure {
  code?: unknown
  errno?: unknown
  message?: unknown
  sqlState?: unknown
}

/** The `code` of an error, such as `'ER_DUP_ENTRY'` or `'ECONNREFUSED'`. */
export function codeOf(error: unknown): string {
  return String((error as Failure | null | undefined)?.code)
}

/** The number of a server's error; 0 for other errors. An error that MySQL and MariaDB both have has one number. */
export function numberOf(error: unknown): number {
  const { errno, sqlState } = (error ?? {}) as Failure
  return typeof errno === 'number' && errno > 0 && sqlState !== undefined ? errno : 0
}

/** The number when a lock was not free within `innodb_lock_wait_timeout` or `lock_wait_timeout`. */
export const LOCKED = 1205
/** The number when there is already a row with that id. */
export const DUPLICATE = 1062
/** The numbers of a deadlock, and of a row that has changed since the transaction began (MariaDB). */
export const AGAIN: ReadonlySet<number> = new Set([1213, 1020])
export const NO_SUCH_TABLE = 1146

/**
 * Failures after which another attempt may succeed: the server has no connection left, stops or is not ready, or it has ended a
 * statement that took too long, or killed it.
 */
const AWAY_NUMBERS = new Set([1040, 1047, 1053, 1077, 1203, 1205, 1226, 1317, 1927, 1969, 3024, 3168, 4031])

const AWAY_CODES =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT)$/

/** Errors of mysql2, of `OwnPool`, and of the pools of Knex and Sequelize, that have only a message. */
const AWAY_MESSAGES =
  /^(Can't add new command when connection is in closed state|Can't write in closed state|Pool is closed|Queue limit reached|No connections available|No connection was free|Knex: Timeout acquiring a connection|Operation timeout)/

/** Whether the failure means that the database is unavailable, and not that it refused the statement. */
export function isAway(error: unknown): boolean {
  const number = numberOf(error)
  if (number > 0) return AWAY_NUMBERS.has(number)
  const { code, message } = (error ?? {}) as Failure
  return AWAY_CODES.test(String(code)) || AWAY_MESSAGES.test(String(message))
}

/** Whether the server has refused to run the statement. Its connection can still be used. */
export function isRefusal(error: unknown): boolean {
  const number = numberOf(error)
  return number > 0 && ![1053, 1077, 1927, 3168, 4031].includes(number)
}

/** The error for the caller of the store. */
export function toldToCaller(error: unknown): unknown {
  const told = withoutData(error)
  return isAway(told) ? unavailable(told) : told
}

function unavailable(cause: unknown): SessionError {
  const reason = (cause as Error).message || codeOf(cause)
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', `MySQL is not available: ${reason}`, { cause })
}

/** Numbers of errors whose messages quote values: session ids, or the data of a session. */
const QUOTING = new Set([1062, 1064, 1292, 1366, 1406])

/** mysql2 adds the statement to an error. If it was not prepared, it contains the values. */
function withoutData(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const told = error as Error & { sql?: unknown; parameters?: unknown; sqlMessage?: unknown }
  delete told.sql
  delete told.parameters
  if (QUOTING.has(numberOf(error))) {
    told.message = withoutQuoted(told.message)
    if (typeof told.sqlMessage === 'string') told.sqlMessage = withoutQuoted(told.sqlMessage)
    // The stack repeats the message.
    if (typeof told.stack === 'string') told.stack = `${told.name}: ${told.message}`
  }
  return error
}

/** From the first quote to the last one. */
function withoutQuoted(text: string): string {
  return text.replace(/'.*'/s, "'…'")
}

/** The server's own error for a text that is too long. Without a strict `sql_mode`, the server truncates the text instead. */
export function tooLong(column: string): Error {
  return Object.assign(new Error(`Data too long for column '${column}'`), {
    code: 'ER_DATA_TOO_LONG',
    errno: 1406,
    sqlState: '22001',
  })
}
