import { createSessions } from '@coatcheck/session/fetch'
import { openStore } from '@coatcheck/session/stores'
import { cookies, headers } from 'next/headers'

// Next bundles each page by itself: this makes them share one store.
globalThis.sessions ??= openStore(process.env.SESSION_STORE ?? 'memory:').then(store =>
  createSessions({
    secret: process.env.SESSION_SECRET ?? 'for development only',
    store,
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
    secure: request => request.headers.get('X-Forwarded-Proto') === 'https',
  }),
)

/** A route handler that has the session of its request. */
export const withSession = handler => async request => (await globalThis.sessions).handle(handler)(request)

/** The session of a request in `proxy.js`, to read. */
export const openSession = async request => (await globalThis.sessions).open(request)

/** The session in a server component, to read: a page that is rendered can set no cookie. */
export async function readSession() {
  const { session } = await openSession(await currentRequest())
  return session
}

/** Change the session in a server action. */
export async function changeSession(change) {
  const opened = await openSession(await currentRequest('POST'))
  await change(opened.session)
  const response = await opened.commit(new Response())
  const jar = await cookies()
  for (const line of response.headers.getSetCookie()) jar.set(parseSetCookie(line))
}

async function currentRequest(method = 'GET') {
  return new Request('http://localhost/', { method, headers: new Headers(await headers()) })
}

/** A `Set-Cookie` value as Next takes it. */
function parseSetCookie(line) {
  const [pair, ...attributes] = line.split('; ').map(part => part.split('='))
  const given = Object.fromEntries(attributes.map(([name, value = true]) => [name.toLowerCase(), value]))
  return {
    name: pair[0],
    value: decodeURIComponent(pair[1]),
    path: given.path,
    domain: given.domain,
    expires: given.expires && new Date(given.expires),
    httpOnly: given.httponly,
    secure: given.secure,
    sameSite: given.samesite?.toLowerCase(),
  }
}
