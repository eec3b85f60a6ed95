/** Thrown by `set` when one session takes more than `maxBytes`. Nothing is written, and the old data stays. */
export class SessionTooLargeError extends RangeError {
  /** Stable: compare this, not the message. */
  readonly code = 'ERR_SESSION_TOO_LARGE' as const
  /** HTTP status that Express's error handling uses. */
  readonly status = 500

  constructor(bytes: number, maxBytes: number) {
    super(`The session takes ${bytes} bytes, and the option "maxBytes" allows ${maxBytes} for all sessions`)
    this.name = 'SessionTooLargeError'
  }
}
