// node:http, with a middleware directly on it.
import { createSecretKey } from 'node:crypto'
import { createServer } from 'node:http'
import { clearWith, greet, MAX_AGE, SECRET, visit, visitToken } from './pages.mjs'

const OPTIONS = { secret: SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: MAX_AGE } }

/** Each makes the listener of the server. An error ends the process, and with it the benchmark. */
const WAYS = {
  bare: () => (_, res) => reply(res, greet()),

  async coatcheck() {
    const { default: session } = await import('@coatcheck/session')
    return behind(inMemory(session))
  },

  async 'express-session'() {
    const { default: session } = await import('express-session')
    return behind(inMemory(session))
  },

  async 'cookie-session'() {
    const { default: session } = await import('cookie-session')
    return behind(session({ name: 'session', keys: [SECRET], maxAge: MAX_AGE }))
  },

  async 'iron-session'() {
    const { getIronSession } = await import('iron-session')
    const options = {
      password: SECRET,
      cookieName: 'session',
      ttl: MAX_AGE / 1000,
      cookieOptions: { secure: false },
    }
    return awaited(async (req, res) => {
      const session = await getIronSession(req, res, options)
      const text = visit(session, req.url)
      if (req.url === '/new' || req.url === '/write') await session.save()
      return text
    })
  },

  jsonwebtoken: () => withJsonwebtoken(SECRET),
  'jsonwebtoken-key': () => withJsonwebtoken(createSecretKey(SECRET, 'utf8')),
  jose: () => withJose(new TextEncoder().encode(SECRET)),
  async 'jose-key'() {
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', Buffer.from(SECRET), hmac, false, ['sign', 'verify'])
    return withJose(key)
  },
}

/** The middleware of this package with its own store. Both packages have the same options. */
function inMemory(session) {
  const store = new session.MemoryStore()
  clearWith(() => new Promise(resolve => store.clear(resolve)))
  return session({ ...OPTIONS, store })
}

/** The page behind a middleware. */
function behind(middleware) {
  return (req, res) =>
    middleware(req, res, error => {
      if (error) throw error
      reply(res, visit(req.session, req.url))
    })
}

/** A page that returns a promise of its text. */
function awaited(page) {
  return (req, res) => void page(req, res).then(text => reply(res, text))
}

async function withJsonwebtoken(key) {
  const { default: jwt } = await import('jsonwebtoken')
  return onToken(
    token => jwt.verify(token, key, { algorithms: ['HS256'] }),
    data => jwt.sign(data, key, { algorithm: 'HS256', expiresIn: MAX_AGE / 1000 }),
  )
}

async function withJose(key) {
  const { SignJWT, jwtVerify } = await import('jose')
  const sign = data =>
    new SignJWT(data).setProtectedHeader({ alg: 'HS256' }).setIssuedAt().setExpirationTime('1 day').sign(key)
  return onToken(async token => (await jwtVerify(token, key, { algorithms: ['HS256'] })).payload, sign)
}

/** The page with a token in a cookie. */
function onToken(verify, sign) {
  return awaited((req, res) =>
    visitToken(
      req.url,
      () => verify(/(?:^|; )token=([^;]*)/.exec(req.headers.cookie)?.[1]),
      async data => {
        const token = await sign(data)
        res.setHeader('Set-Cookie', `token=${token}; Max-Age=${MAX_AGE / 1000}; Path=/; HttpOnly`)
      },
    ),
  )
}

function reply(res, text) {
  res.setHeader('Content-Type', 'text/plain')
  res.setHeader('Content-Length', text.length)
  res.end(text)
}

export async function serve(who) {
  const server = createServer(await WAYS[who]())
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })
}
