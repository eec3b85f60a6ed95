/** What the middleware does during a response. */
export interface ResponseHooks {
  /** The headers are about to be fixed, or are fixed and may still be changed. Set headers here. */
  onHead(): void
  /** The application has finished the response. The rest of it is held until `release` or `reopen`. */
  onEnd(): void
  /** The client has disconnected from a stream that has not ended. */
  onClose(): void
  /** An earlier wrapper of the response, or Node, has thrown this error when the response was released. */
  onFailure(error: unknown): void
}
