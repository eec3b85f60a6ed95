/** Thrown by `set` when one session takes more than `maxBytes`. Nothing is written: what was stored before stays. */
export class SessionTooLargeError extends RangeError {
  /** Stable, for comparisons. */
  readonly code = 'ERR_SESSION_TOO_LARGE' as const
  /** HTTP status that Express's error handling uses. */
  readonly status = 500

  constructor(bytes: number, maxBytes: number) {
    super(`The session takes ${bytes} bytes, and the option "maxBytes" allows ${maxBytes} for all sessions`)
    this.name = 'SessionTooLargeError'
  }
}
