/** Requests that change a session are sent with POST: our middleware predicts by the method whether a request writes. */
const POSTED = new Set(['/write', '/login', '/login-at-once', '/logout'])

/** The method for a request to this path of the application. */
export function methodOf(pathname) {
  return POSTED.has(pathname) ? 'POST' : 'GET'
}
