import { SessionError } from '@coatcheck/session'

/** The SQLSTATE of a server's error, or the `code` of a connection error. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null | undefined)?.code)
}

/** SQLSTATE of a lock that was not free within `lock_timeout`. */
export const LOCKED = '55P03'

/**
 * Failures after which another attempt may succeed: there is no server at the address, the server starts, stops or has no connection
 * left, or it has ended a statement that took too long. Class 08 of the SQLSTATEs is about connections.
 */
const AWAY_CODES =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|CONNECT_TIMEOUT|CONNECTION_(CLOSED|ENDED|DESTROYED)|08...|57P0[1235]|53300|55P03|57014)$/

/** The SQLSTATE of wrong settings, for example of PgBouncer, which do not pass by themselves. */
const PROTOCOL_VIOLATION = '08P01'

/** Errors of pg, and of the pools of Knex and Sequelize, that have only a message. */
const AWAY_MESSAGES =
  /^(timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|Knex: Timeout acquiring a connection|Operation timeout)/

/** Whether the failure means that the database is unavailable, and not that it refused the statement. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== 'undefined') return AWAY_CODES.test(code) && code !== PROTOCOL_VIOLATION
  return AWAY_MESSAGES.test(String((error as { message?: unknown } | null | undefined)?.message))
}

/** The form of the server's own codes. `EPIPE` is not one of them. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/

/** Whether the server has refused to run the statement. Its connection can still be used. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error)
  return SQLSTATE.test(code) && !/^(08|57P|53300)/.test(code)
}

/** The error for the caller of the store. */
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

/** Properties in which the server quotes values: session ids, or the data of a session. */
const QUOTING = ['detail', 'where', 'internalQuery'] as const

function withoutData(error: unknown): unknown {
  const code = codeOf(error)
  if (!SQLSTATE.test(code)) return error
  const told = error as Error & Record<string, unknown>
  for (const property of QUOTING) delete told[property]
  // Errors of class 22 are about values, and their messages may quote the values.
  const short = code.startsWith('22') ? told.message.replace(/: "[\s\S]*$/, '') : told.message
  if (short === told.message) return error
  const stack = told.stack?.replace(told.message, () => short)
  told.message = short
  if (stack !== undefined) told.stack = stack
  return error
}
