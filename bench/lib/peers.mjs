import { whole } from './units.mjs'

/** The kinds of servers, and the packages that are measured on each. */
export const HOSTS = {
  http: {
    title: '`node:http`',
    packages: [
      'coatcheck',
      'express-session',
      'cookie-session',
      'iron-session',
      'jsonwebtoken',
      'jsonwebtoken-key',
      'jose',
      'jose-key',
    ],
  },
  fetch: { title: 'a fetch handler', packages: ['coatcheck'] },
  fastify: { title: 'Fastify', packages: ['coatcheck', '@fastify/session', '@fastify/secure-session'] },
  koa: { title: 'Koa', packages: ['coatcheck', 'koa-session'] },
  hono: { title: 'Hono', packages: ['coatcheck', 'hono-sessions'] },
}

/** Ways to verify and sign a token. */
const TOKENS = {
  jsonwebtoken: 'jsonwebtoken',
  'jsonwebtoken-key': 'jsonwebtoken, KeyObject',
  jose: 'jose',
  'jose-key': 'jose, CryptoKey',
}

/** Whether this is a way to use a token, which needs nothing on a request without one. */
export function isToken(name) {
  return name in TOKENS
}

const OURS = {
  http: '@coatcheck/session',
  fetch: '@coatcheck/session/fetch',
  fastify: '@coatcheck/fastify',
  koa: '@coatcheck/koa',
  hono: '@coatcheck/hono',
}

/** The name of a package on a server. */
export function titleOf(key) {
  const [host, name] = key.split(' ')
  return name === 'coatcheck' ? OURS[host] : (TOKENS[name] ?? name)
}

const AT_SERVER = ['at the server', 'yes', 'none']
const IN_COOKIE = ['in the cookie', 'no, before it expires', '4 KB']
const SIGNED = 'signed, readable'

/** What a package gives for its time: where the data are, how an outsider sees them, whether a logout ends them, how large they may be. */
const GAINS = {
  coatcheck: [AT_SERVER, 'only a signed id; in the store, encrypted if you set `encryption`'],
  'express-session': [AT_SERVER, 'only a signed id'],
  'cookie-session': [IN_COOKIE, SIGNED],
  'iron-session': [IN_COOKIE, 'encrypted'],
  '@fastify/session': [AT_SERVER, 'only a signed id'],
  '@fastify/secure-session': [IN_COOKIE, 'encrypted'],
  'koa-session': [IN_COOKIE, SIGNED],
  'hono-sessions': [AT_SERVER, 'only an id, not signed; encrypted if you set `encryptionKey`'],
}

/** The table of what each package gives. */
export function gains(costs) {
  return {
    text:
      'What you get for it. Only a session at the server ends with a logout: a copy of a cookie or token with the data stays valid until it expires, unless the server keeps a list ' +
      'of those that it refuses. A browser limits a cookie to 4 KB, and sends it with each request. `@fastify/session` and hono-sessions keep the object itself in memory; ' +
      'with a database they serialize it too. koa-session and hono-sessions also have the other kind of store.',
    columns: [
      '',
      'data',
      'in the cookie',
      'logout takes effect at once',
      'size limit',
      'Cookie per request',
      'Set-Cookie: read, write',
    ],
    rows: Object.entries(costs).map(([key, { bytes }]) => {
      const name = key.split(' ')[1]
      const [[place, logout, limit], seen] = isToken(name) ? [IN_COOKIE, SIGNED] : GAINS[name]
      return [
        titleOf(key),
        place,
        seen,
        logout,
        limit,
        `${whole(bytes.sent)} bytes`,
        `${whole(bytes.read)}, ${whole(bytes.write)} bytes`,
      ]
    }),
  }
}
