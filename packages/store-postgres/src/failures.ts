import { SessionError } from '@coatcheck/session'

/** The SQLSTATE of a failure of the server, or the `code` of one on the way to it. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null | undefined)?.code)
}

/** SQLSTATE of a lock that was not free within `lock_timeout`. */
export const LOCKED = '55P03'

/**
 * Failures after which another attempt may well succeed: nobody answers at the address, the server starts, stops or has no connection
 * left, or it has ended the statement for taking too long. Class 08 of the SQLSTATEs is about connections.
 */
const AWAY_CODES =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|CONNECT_TIMEOUT|CONNECTION_(CLOSED|ENDED|DESTROYED)|08...|57P0[1235]|53300|55P03|57014)$/

/** PgBouncer's and our own settings may be wrong as well: that does not pass by itself. */
const PROTOCOL_VIOLATION = '08P01'

/** pg, and the pools of Knex and Sequelize, tell these by their messages only. */
const AWAY_MESSAGES =
  /^(timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|Knex: Timeout acquiring a connection|Operation timeout)/

/** Whether the failure means that the database is away, and not that it refused the statement. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== 'undefined') return AWAY_CODES.test(code) && code !== PROTOCOL_VIOLATION
  return AWAY_MESSAGES.test(String((error as { message?: unknown } | null | undefined)?.message))
}

/** What the server's own codes look like; `EPIPE` is none. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/

/** Whether the server has answered that it does not run the statement. Its connection can be used after that. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error)
  return SQLSTATE.test(code) && !/^(08|57P|53300)/.test(code)
}

/** What the caller of the store gets in place of a driver's error. */
export function toldToCaller(error: unknown): unknown {
  const told = withoutData(error)
  return isAway(told) ? unavailable(told) : told
}

function unavailable(cause: unknown): SessionError {
  const reason = (cause as Error).message || codeOf(cause)
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', `PostgreSQL is not available: ${reason}`, {
    cause,
  })
}

/** The server quotes values here: session ids, or the data of a session. */
const QUOTING = ['detail', 'where', 'internalQuery'] as const

function withoutData(error: unknown): unknown {
  const code = codeOf(error)
  if (!SQLSTATE.test(code)) return error
  const told = error as Error & Record<string, unknown>
  for (const property of QUOTING) delete told[property]
  // Class 22 is about values, which the message repeats where they are of another type than the column.
  const short = code.startsWith('22') ? told.message.replace(/: "[\s\S]*$/, '') : told.message
  if (short === told.message) return error
  const stack = told.stack?.replace(told.message, () => short)
  told.message = short
  if (stack !== undefined) told.stack = stack
  return error
}
