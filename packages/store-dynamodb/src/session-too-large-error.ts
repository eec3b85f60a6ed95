/** Thrown by a write when the session is larger than an item of DynamoDB may be, 400 KB. Nothing is written, and the old data stays. */
export class SessionTooLargeError extends RangeError {
  /** Stable: compare this, not the message. */
  readonly code = 'ERR_SESSION_TOO_LARGE' as const
  /** HTTP status that Express's error handling uses. */
  readonly status = 500

  constructor(options?: ErrorOptions) {
    super('The session is larger than an item of DynamoDB may be: 400 KB with its id and its owner', options)
    this.name = 'SessionTooLargeError'
  }
}
