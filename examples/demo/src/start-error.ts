/** The demo cannot start. The message is one sentence. */
export class StartError extends Error {
  override name = 'StartError'
}
