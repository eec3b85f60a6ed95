import { SessionError } from '@coatcheck/session'

/** SQLite's primary result codes, and its messages for them. */
const RESULTS = {
  BUSY: [5, 'database is locked'],
  READONLY: [8, 'readonly database'],
  IOERR: [10, 'disk I/O error'],
  CANTOPEN: [14, 'unable to open database file'],
} as const

/** Whether a driver's error is this result of SQLite, or one of its extended ones (`SQLITE_BUSY_RECOVERY`). */
export function isResult(error: unknown, result: keyof typeof RESULTS): boolean {
  const { code, errcode, message } = (error ?? {}) as { code?: unknown; errcode?: unknown; message?: unknown }
  const [number, words] = RESULTS[result]
  // node:sqlite has one code for all errors of SQLite, and the result as a number. In Deno it has only the message.
  if (code === 'ERR_SQLITE_ERROR') {
    return typeof errcode === 'number' ? (errcode & 0xff) === number : String(message).includes(words)
  }
  return typeof code === 'string' && `${code}_`.startsWith(`SQLITE_${result}_`)
}

/** Whether another connection holds the lock that a statement needs. */
export function isLocked(error: unknown): boolean {
  return isResult(error, 'BUSY')
}

/** The error for the caller. If the file cannot be used now, the store is unavailable. Other errors of the driver stay unchanged. */
export function failureOf(error: unknown, busyTimeout = 0): unknown {
  if (isLocked(error)) {
    return unavailable(
      `The SQLite file is locked: another connection has held it for more than ${busyTimeout} ms`,
      error,
    )
  }
  if (isResult(error, 'IOERR') || isResult(error, 'CANTOPEN')) {
    return unavailable(`The SQLite file cannot be used: ${(error as Error).message}`, error)
  }
  return error
}

/** An error with status 503: the call may succeed later. */
export function unavailable(message: string, cause?: unknown): SessionError {
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', message, { cause })
}
