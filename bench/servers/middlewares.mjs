import coatcheck from '@coatcheck/session'
import expressSession from 'express-session'
import { openStore } from './stores.mjs'

const SESSIONS = { coatcheck, 'express-session': expressSession }
const OPTIONS = {
  secret: 'a secret for benchmarks only, 32 characters or more',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: 86_400_000 },
}

/** Makes a middleware with the same options for both packages. `middleware` is `bare`, `coatcheck` or `express-session`. */
export async function makeMiddleware({ middleware, store, url, options }) {
  if (middleware === 'bare') return { clear() {}, close() {} }
  const session = SESSIONS[middleware]
  const opened = await openStore(store, middleware, session, url)
  return {
    middleware: session({ ...OPTIONS, ...options, store: opened.store }),
    clear: () =>
      new Promise((resolve, reject) => {
        opened.store.clear(error => (error ? reject(error) : resolve()))
      }),
    close: opened.close,
  }
}
