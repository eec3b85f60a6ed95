import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'

// Next bundles each page by itself: this makes them share one store.
globalThis.middleware ??= openStore(process.env.SESSION_STORE ?? 'memory:').then(store =>
  session.strict({
    secret: process.env.SESSION_SECRET ?? 'for development only',
    store,
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
    proxy: true,
  }),
)

/** Put the session in `req.session`, in `getServerSideProps` and in API routes. */
export async function sessionOf(req, res) {
  const middleware = await globalThis.middleware
  await new Promise((resolve, reject) => {
    middleware(req, res, error => (error ? reject(error) : resolve()))
  })
  return req.session
}
