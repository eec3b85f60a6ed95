import { makeData } from '../app.mjs'

export const SECRET = 'a secret for benchmarks only, 32 characters or more'
export const MAX_AGE = 86_400_000
export const PATHS = ['/new', '/read', '/write', '/anonymous']

const data = makeData()
const TEXT = `Hello, ${data.user.name}`
let views = 0
let requests = 0
let clearAll = () => {}

/** The number of requests since the start. */
export function counted() {
  return requests
}

/** Tells how to remove all sessions. */
export function clearWith(clear) {
  clearAll = clear
}

/** Removes all sessions of a package that keeps them. */
export async function clear() {
  await clearAll()
  globalThis.gc?.()
  return {}
}

/** What a page without sessions answers. */
export function greet() {
  requests++
  return TEXT
}

/** What a page does with a session whose data are its own properties. Throws if it is not the session that was made. */
export function visit(session, path) {
  if (path === '/new') Object.assign(session, data)
  if (path === '/write') session.views = ++views
  return answer(path, session.user)
}

/** The same for a session with `get` and `set`. */
export function visitByName(session, path) {
  if (path === '/new') for (const [key, value] of Object.entries(data)) session.set(key, value)
  if (path === '/write') session.set('views', ++views)
  return answer(path, session.get('user'))
}

/** The same for a token: `read` returns its data, and `sign` makes one. Only one of both is needed for each request. */
export async function visitToken(path, read, sign) {
  if (path === '/read') return answer(path, (await read()).user)
  if (path === '/write') data.views = ++views
  if (path !== '/anonymous') await sign(data)
  return greet()
}

function answer(path, user) {
  if (path === '/anonymous' ? user : user?.name !== data.user.name) {
    throw new Error(`The request ${path} has the wrong session`)
  }
  return greet()
}
