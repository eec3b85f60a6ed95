import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { peekOnly, storeWith } from '../support/stores.ts'

const long = 'é'.repeat(100_000)

/** What a handler may do with a response, and the body that has to arrive. */
const bodies: [string, Listener, string][] = [
  ['a text', (_req, res) => res.end('body'), 'body'],
  ['nothing', (_req, res) => res.end(), ''],
  ['null', (_req, res) => res.end(null), ''],
  ['undefined', (_req, res) => res.end(undefined), ''],
  ['an empty text', (_req, res) => res.end(''), ''],
  ['a Buffer', (_req, res) => res.end(Buffer.from('body')), 'body'],
  ['a Uint8Array', (_req, res) => res.end(new Uint8Array([98, 111])), 'bo'],
  ['an empty Buffer', (_req, res) => res.end(Buffer.alloc(0)), ''],
  ['hexadecimal', (_req, res) => res.end('626f6479', 'hex'), 'body'],
  ['base64', (_req, res) => res.end('Ym9keQ==', 'base64'), 'body'],
  ['UTF-8', (_req, res) => res.end('é€😀', 'utf8'), 'é€😀'],
  ['a long text', (_req, res) => res.end(long), long],
  [
    'one write',
    (_req, res) => {
      res.write('body')
      res.end()
    },
    'body',
  ],
  [
    'several writes and an end',
    (_req, res) => {
      res.write('one,')
      res.write(Buffer.from('two,'))
      res.write('dHdvLA==', 'base64')
      res.end('three')
    },
    'one,two,two,three',
  ],
  [
    'a write and a null',
    (_req, res) => {
      res.write('body')
      res.end(null)
    },
    'body',
  ],
  [
    'writes over time',
    (_req, res) => {
      res.write('one,')
      setTimeout(() => res.write('two,'), 20)
      setTimeout(() => res.end('three'), 40)
    },
    'one,two,three',
  ],
  ['a stream', (_req, res) => Readable.from(['one,', 'two,', 'three']).pipe(res), 'one,two,three'],
  [
    'writeHead before it',
    (_req, res) => res.writeHead(200, { 'Content-Type': 'text/plain' }).end('body'),
    'body',
  ],
]

/** The same with the Content-Length that belongs to it. */
const sized: typeof bodies = bodies.map(([name, handler, body]) => [
  name,
  (req, res) => {
    res.setHeader('Content-Length', Buffer.byteLength(body))
    handler(req, res)
  },
  body,
])

describe.each(implementations)('$name', ({ session }) => {
  const stores = [
    ['a new session', { resave: true, saveUninitialized: true }],
    ['an empty session that is not saved', { resave: false, saveUninitialized: false }],
  ] as const

  describe.each(stores)('%s', (_, options) => {
    it.each(bodies)('body: %s arrives whole', async (_, handler, body) => {
      const app = await start(session, handler, options)
      const reply = await app.get()
      expect(reply.status).toBe(200)
      expect(reply.text).toBe(body)
      expect(app.errors).toEqual([])
    })

    it.each(sized)('body: %s arrives whole with a Content-Length', async (_, handler, body) => {
      const app = await start(session, handler, options)
      const reply = await app.get()
      expect(reply.status).toBe(200)
      expect(reply.headers['content-length']).toBe(String(Buffer.byteLength(body)))
      expect(reply.headers['transfer-encoding']).toBeUndefined()
      expect(reply.text).toBe(body)
      expect(app.errors).toEqual([])
    })
  })

  it.each([...bodies, ...sized])(
    'body: the session is saved when a response of %s has ended',
    async (_, handler) => {
      const store = storeWith(session)
      const app = await start(
        session,
        (req, res) => {
          req.session.user = 'Ada'
          handler(req, res)
        },
        { store, saveUninitialized: false },
      )
      await app.get()
      expect(peekOnly(store)).toMatchObject({ user: 'Ada' })
    },
  )

  it('body: a write without a Content-Length is sent in chunks', async () => {
    const app = await start(session, (_req, res) => {
      res.write('one,')
      res.end('two')
    })
    const reply = await app.get()
    expect(reply.headers['transfer-encoding']).toBe('chunked')
    expect(reply.text).toBe('one,two')
  })

  it.each([204, 304])('body: a %d has none', async status => {
    const store = storeWith(session)
    const app = await start(session, (_req, res) => res.writeHead(status).end(), { store })
    const reply = await app.get()
    expect([reply.status, reply.text, reply.setCookie.length]).toEqual([status, '', 1])
    expect(Object.keys(store.sessions)).toHaveLength(1)
  })

  it.each([{}, { 'Content-Length': '4' }])('body: HEAD has none, but the cookie (%o)', async headers => {
    const store = storeWith(session)
    const app = await start(session, (_req, res) => res.writeHead(200, headers).end('body'), { store })
    const reply = await app.get('/', { method: 'HEAD' })
    expect([reply.status, reply.text, reply.setCookie.length]).toEqual([200, '', 1])
    expect(Object.keys(store.sessions)).toHaveLength(1)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('body: %s has a session as well', async method => {
    const app = await start(session, (req, res) => res.end(`${method} ${typeof req.session}`))
    const reply = await app.get('/', { method })
    expect([reply.text, reply.setCookie.length]).toEqual([`${method} object`, 1])
  })
})
