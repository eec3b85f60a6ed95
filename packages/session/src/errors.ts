/**
 * Codes of failures. Codes are stable, messages are not.
 *
 * - `ERR_SESSION_GONE`: the session was destroyed or has expired since it was read; nothing was written.
 * - `ERR_SESSION_CHANGED`: another writer changed the session since it was read; nothing was written.
 * - `ERR_SESSION_CORRUPT`: the stored data cannot be decoded, or is not a session.
 * - `ERR_SESSION_SERIALIZE`: the session cannot be encoded (circular, BigInt, a throwing `toJSON`).
 * - `ERR_SESSION_EXPIRES`: `cookie.expires` is not a date.
 * - `ERR_SESSION_STORE_CLOSED`: the store was closed.
 * - `ERR_SESSION_STORE_TIMEOUT`: the store did not answer within `storeTimeout`.
 * - `ERR_SESSION_STORE_UNAVAILABLE`: the store has emitted `disconnect` and not yet `connect`.
 * - `ERR_SESSION_STORE_MISSING`: `openStore` with `create: false`, and the file, table or collection does not exist.
 * - `ERR_SESSION_TOO_LATE`: a new session was made after the response headers were sent, so its cookie could not be sent; nothing was
 *   written.
 * - `ERR_SESSION_OWNER_LIMIT`: a login was refused, because its owner has as many sessions as `maxPerOwner` allows.
 * - `ERR_SESSION_NOT_A_SESSION`: `req.session` was replaced by something that is not a session.
 */
export type SessionErrorCode =
  | 'ERR_SESSION_GONE'
  | 'ERR_SESSION_CHANGED'
  | 'ERR_SESSION_CORRUPT'
  | 'ERR_SESSION_SERIALIZE'
  | 'ERR_SESSION_EXPIRES'
  | 'ERR_SESSION_STORE_CLOSED'
  | 'ERR_SESSION_STORE_TIMEOUT'
  | 'ERR_SESSION_STORE_UNAVAILABLE'
  | 'ERR_SESSION_STORE_MISSING'
  | 'ERR_SESSION_TOO_LATE'
  | 'ERR_SESSION_OWNER_LIMIT'
  | 'ERR_SESSION_NOT_A_SESSION'

/** A failure that this package detects. A driver's error is never wrapped: it reaches the caller unchanged. */
export class SessionError extends Error {
  /** Stable: compare this, not the message. */
  readonly code: SessionErrorCode
  /** HTTP status that Express's error handling uses: 503 when the store is unavailable, 403 for a refused login, otherwise 500. */
  readonly status: number

  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SessionError'
    this.code = code
    const isAway = code === 'ERR_SESSION_STORE_TIMEOUT' || code === 'ERR_SESSION_STORE_UNAVAILABLE'
    this.status = isAway ? 503 : code === 'ERR_SESSION_OWNER_LIMIT' ? 403 : 500
  }
}

/** Whether `error` has this code. Unlike `instanceof`, this also holds for errors of a second copy of this package. */
export function hasCode(error: unknown, code: SessionErrorCode): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === code
}

export function notASession(): SessionError {
  const message =
    'req.session, or its cookie or touch method, was replaced by something that is not a session'
  return new SessionError('ERR_SESSION_NOT_A_SESSION', message)
}

export function gone(): SessionError {
  return new SessionError('ERR_SESSION_GONE', 'The session was destroyed or has expired')
}

export function changed(): SessionError {
  return new SessionError('ERR_SESSION_CHANGED', 'Another writer changed the session')
}

export function disconnected(): SessionError {
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', 'The session store is disconnected')
}

export function tooLate(): SessionError {
  return new SessionError(
    'ERR_SESSION_TOO_LATE',
    'The session was made after the response headers were sent, so its cookie could not be sent',
  )
}

export function ownerLimit(): SessionError {
  return new SessionError(
    'ERR_SESSION_OWNER_LIMIT',
    'The login was refused: the owner has as many sessions as the option maxPerOwner allows',
  )
}

export function closed(): SessionError {
  return new SessionError('ERR_SESSION_STORE_CLOSED', 'The session store is closed')
}

/** Headers that describe a response and would be wrong on the error that replaces it. */
export const PAGE_HEADERS: readonly string[] = [
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'content-disposition',
  'transfer-encoding',
  'cache-control',
  'etag',
  'last-modified',
  'location',
]
