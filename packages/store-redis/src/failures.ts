import { SessionError } from '@coatcheck/session'

/** Node's codes for a server that cannot be reached. */
const UNREACHABLE =
  /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|ENOENT|EADDRNOTAVAIL)$/
/** Error codes of a server that accepts no commands for a while. */
const BUSY = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|ERR max number of clients reached) ?/
/** The drivers' errors for a missing connection, by message or by class. */
const LOST =
  /^(Connection is closed|Command aborted due to connection close|Command timed out|Stream isn't writeable|Cluster (isn't ready|enableOfflineQueue)|None of startup nodes|Failed to refresh slots cache|All sentinels are unreachable|connect ETIMEDOUT|Ready check failed|Socket timeout)/
const LOST_CLASSES =
  /^(MaxRetriesPerRequest|Closing|Connection|ClusterAllFailed|ClientClosed|ClientOffline|DisconnectsClient|SocketClosedUnexpectedly|ConnectionTimeout|SocketTimeout|Timeout|ReconnectStrategy|RootNodesUnavailable|SocketTimeoutDuringMaintenance|CommandTimeoutDuringMaintenance)(Error)?$/
/** Errors that say that there is no connection, but not why. */
const VAGUE =
  /^(Reached the max retries|Connection is closed|Command aborted|Stream isn't|Cluster isn't|Failed to refresh slots|None of startup nodes|All sentinels are unreachable)/

/**
 * The error for callers. If the driver's error means that the server is unavailable, it becomes the `cause` of a `SessionError`. `why` is
 * the driver's last reason for a missing connection, if known. No error has the command, which contains ids and session data.
 */
export function handedOn(error: unknown, why?: Error): Error {
  if (!(error instanceof Error)) return new Error('Redis failed', { cause: error })
  if (error instanceof SessionError) return error
  if (why instanceof WrongDatabase && VAGUE.test(error.message)) return why
  const cause = why && VAGUE.test(error.message) ? why : error
  withoutCommand(cause)
  return isAway(error) ? unavailable(cause) : cause
}

/** The database of the URL cannot be used: the server has no database with that number, or the user may not run SELECT. */
export class WrongDatabase extends Error {
  constructor(db: number, cause: Error) {
    withoutCommand(cause)
    super(`Redis does not let the store use database ${db}: ${cause.message}`, { cause })
    this.name = 'WrongDatabase'
  }
}

/** The server cannot be reached, or accepts no commands for a while. */
export function unavailable(cause: Error): SessionError {
  const message = `Redis is not available: ${reasonOf(cause)}`
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', message, { cause })
}

/** Whether the server does not know the command, or does not let this user run it. */
export function isRefused(error: unknown): boolean {
  const { message } = error as Error
  return /^NOPERM .*command|^ERR unknown (sub)?command|^ERR .*(not (available|supported|allowed)|can't run this command)/i.test(
    message,
  )
}

function isAway(error: Error & { code?: unknown }): boolean {
  return (
    UNREACHABLE.test(String(error.code)) ||
    BUSY.test(error.message) ||
    LOST.test(error.message) ||
    LOST_CLASSES.test(error.name) ||
    LOST_CLASSES.test(error.constructor.name)
  )
}

/** If a name has several addresses, Node's error has one error for each address, and no message. */
function reasonOf(error: Error & { errors?: Error[]; code?: unknown }): string {
  return error.message || error.errors?.[0]?.message || String(error.code ?? error.constructor.name)
}

/** Remove the command: ioredis adds it to the error, and the server quotes the arguments of an unknown command. */
function withoutCommand(error: Error & { command?: unknown; lastNodeError?: unknown }): void {
  delete error.command
  if (error.lastNodeError instanceof Error) withoutCommand(error.lastNodeError)
  const [message] = error.message.split(/,? with args beginning with:/)
  if (message === undefined || message === error.message) return
  const stack = error.stack?.replace(error.message, message)
  error.message = message
  if (stack !== undefined) error.stack = stack
}
