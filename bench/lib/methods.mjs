/** Requests that change something are not sent with GET: our middleware tells by that what a request most likely does. */
const POSTED = new Set(['/write', '/login', '/login-at-once', '/logout'])

/** The method of a request to this path of the application. */
export function methodOf(pathname) {
  return POSTED.has(pathname) ? 'POST' : 'GET'
}
