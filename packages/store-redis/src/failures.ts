import { SessionError } from '@coatcheck/session'

/** What Node says of a server that cannot be reached. */
const UNREACHABLE =
  /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|ENOENT|EADDRNOTAVAIL)$/
/** What a server says that takes no commands for a while. */
const BUSY = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|ERR max number of clients reached) ?/
/** What the drivers say of a connection that is not there, by message or by class. */
const LOST =
  /^(Connection is closed|Command aborted due to connection close|Command timed out|Stream isn't writeable|Cluster (isn't ready|enableOfflineQueue)|None of startup nodes|Failed to refresh slots cache|All sentinels are unreachable|connect ETIMEDOUT|Ready check failed|Socket timeout)/
const LOST_CLASSES =
  /^(MaxRetriesPerRequest|ClusterAllFailed|ClientClosed|ClientOffline|DisconnectsClient|SocketClosedUnexpectedly|ConnectionTimeout|SocketTimeout|Timeout|ReconnectStrategy|RootNodesUnavailable|SocketTimeoutDuringMaintenance|CommandTimeoutDuringMaintenance)(Error)?$/
/** Errors that say only that there is no connection, and not why. */
const VAGUE =
  /^(Reached the max retries|Connection is closed|Command aborted|Stream isn't|Cluster isn't|Failed to refresh slots|None of startup nodes|All sentinels are unreachable)/

/**
 * The error of a driver as callers get it. One that means that the server is away is the `cause` of ours; `why` is the driver's reason
 * for having no connection, if it has told one. No error carries the command, in which there are ids and what sessions hold.
 */
export function handedOn(error: unknown, why?: Error): Error {
  if (!(error instanceof Error)) return new Error('Redis failed', { cause: error })
  if (error instanceof SessionError) return error
  if (why instanceof WrongDatabase && VAGUE.test(error.message)) return why
  const cause = why && VAGUE.test(error.message) ? why : error
  withoutCommand(cause)
  return isAway(error) ? unavailable(cause) : cause
}

/** The database of the URL cannot be used: the server has none of that number, or the user may not run SELECT. */
export class WrongDatabase extends Error {
  constructor(db: number, cause: Error) {
    withoutCommand(cause)
    super(`Redis does not let the store use database ${db}: ${cause.message}`, { cause })
    this.name = 'WrongDatabase'
  }
}

/** The server cannot be reached, or takes no commands for a while. */
export function unavailable(cause: Error): SessionError {
  const message = `Redis is not available: ${reasonOf(cause)}`
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', message, { cause })
}

/** Whether the server knows no such command, or does not let this user run it. */
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

/** Where a name has several addresses, Node's error has one for each, and no text. */
function reasonOf(error: Error & { errors?: Error[]; code?: unknown }): string {
  return error.message || error.errors?.[0]?.message || String(error.code ?? error.constructor.name)
}

/** ioredis notes the command in the error; the server repeats the arguments of one that it does not know. */
function withoutCommand(error: Error & { command?: unknown; lastNodeError?: unknown }): void {
  delete error.command
  if (error.lastNodeError instanceof Error) withoutCommand(error.lastNodeError)
  const [message] = error.message.split(/,? with args beginning with:/)
  if (message === undefined || message === error.message) return
  const stack = error.stack?.replace(error.message, message)
  error.message = message
  if (stack !== undefined) error.stack = stack
}
