import { SessionError } from '@coatcheck/session'
import { SessionTooLargeError } from './session-too-large-error.ts'

/** An error of the SDK. Only errors of the server have a status. */
interface Failure {
  name?: string
  message?: string
  code?: unknown
  $fault?: unknown
  $metadata?: { httpStatusCode?: number }
  CancellationReasons?: { Code?: string; Message?: string }[]
}

/** The server's names for temporary failures: too many requests, or a server that fails. */
const AWAY_NAMES =
  /^(Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|LimitExceeded|InternalServerError|InternalFailure|ServiceUnavailable|RequestTimeout|TimeoutError|TransactionInProgress)/

const AWAY_CODES =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)$/

/** Why a transaction was cancelled, or the name of another error. */
function namesOf(error: unknown): string[] {
  const { name = '', CancellationReasons } = (error ?? {}) as Failure
  return [name, ...(CancellationReasons ?? []).map(({ Code = '' }) => Code)]
}

/** Whether a condition was not met, that of a command or one of a transaction. */
export function isUnmet(error: unknown): boolean {
  return namesOf(error).some(name => /^ConditionalCheckFailed/.test(name))
}

/** Whether the condition of a write was met. */
export async function met(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (!isUnmet(error)) throw error
    return false
  }
}

/** Whether another transaction or write on the same item was under way. Nothing was written. */
export function isConflict(error: unknown): boolean {
  return !isUnmet(error) && namesOf(error).some(name => /^TransactionConflict/.test(name))
}

/** Whether the server does not know the command. */
export function isUnknownCommand(error: unknown): boolean {
  return namesOf(error)[0] === 'UnknownOperationException'
}

/** Whether the server has answered, and refused. */
export function isRefusal(error: unknown): boolean {
  return (error as Failure | null)?.$metadata?.httpStatusCode !== undefined
}

export function isNamed(error: unknown, name: string): boolean {
  return namesOf(error)[0] === name
}

/** Whether the failure means that DynamoDB is unavailable, and not that it refused the command. */
function isAway(error: unknown): boolean {
  const { code, $fault, $metadata } = (error ?? {}) as Failure
  if (AWAY_CODES.test(String(code)) || namesOf(error).some(name => AWAY_NAMES.test(name))) return true
  return isConflict(error) || $fault === 'server' || Number($metadata?.httpStatusCode) >= 500
}

function isTooLarge(error: unknown): boolean {
  const { message, CancellationReasons = [] } = error as Failure
  const texts = [message, ...CancellationReasons.map(({ Message }) => Message)]
  return texts.some(text => /^Item size.* has exceeded the maximum allowed size/.test(String(text)))
}

/** The error for the caller of the store. */
export function toldToCaller(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof SessionError) return error
  if (isTooLarge(error)) return new SessionTooLargeError({ cause: error })
  return isAway(error) ? unavailable(error.message || String((error as Failure).code), error) : error
}

export function unavailable(reason: string, cause?: unknown): SessionError {
  const message = `DynamoDB is not available: ${reason}`
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', message, cause ? { cause } : undefined)
}
