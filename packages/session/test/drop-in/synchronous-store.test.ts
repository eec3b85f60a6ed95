import { describe, expect, it } from 'vitest'
import { type Listener, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { synchronousStore } from '../support/own-stores.ts'
import { stored } from '../support/stores.ts'
import type { Options } from '../support/types.ts'

const drop: Listener = req => (req.session = null as never)
const keep: Listener = () => undefined

const ends: [string, Listener, string][] = [
  ['end', (_req, res) => res.end('body'), 'body'],
  ['an empty end', (_req, res) => res.end(), ''],
  ['end(null)', (_req, res) => res.end(null), ''],
  ['an encoded end', (_req, res) => res.end('Ym9keQ==', 'base64'), 'body'],
  [
    'end with a Content-Length',
    (_req, res) => {
      res.setHeader('Content-Length', 4)
      res.end('body')
    },
    'body',
  ],
  [
    'an empty end with a Content-Length of 0',
    (_req, res) => {
      res.setHeader('Content-Length', 0)
      res.end()
    },
    '',
  ],
  [
    'write and end',
    (_req, res) => {
      res.write('one,')
      res.end('two')
    },
    'one,two',
  ],
  [
    'write and an empty end',
    (_req, res) => {
      res.write('body')
      res.end()
    },
    'body',
  ],
  [
    'write and end with a Content-Length',
    (_req, res) => {
      res.setHeader('Content-Length', 7)
      res.write('one,')
      res.end('two')
    },
    'one,two',
  ],
  [
    'end twice',
    (_req, res) => {
      res.end('body')
      res.end('again')
    },
    'body',
  ],
]

const endings: [string, Options, Listener][] = [
  ['save', { resave: true }, keep],
  ['touch', { resave: false }, keep],
  ['destroy', { unset: 'destroy' }, drop],
  ['nothing', { unset: 'keep' }, drop],
]

describe.each(implementations)('$name', ({ session }) => {
  describe.each(endings)('a store that answers before it returns, at the end: %s', (_, options, prepare) => {
    it.each(ends)('synchronous store: the body of %s arrives whole', async (_, end, body) => {
      const store = synchronousStore(session)
      store.sessions.set('known', JSON.stringify(stored({ user: 'Ada' })))
      const app = await start(
        session,
        (req, res) => {
          prepare(req, res)
          return end(req, res)
        },
        { store, ...options },
      )
      const reply = await app.get('/', { cookie: signed('known') })
      expect([reply.status, reply.text]).toEqual([200, body])
      expect(store.sessions.has('known')).toBe(options.unset !== 'destroy')
      expect(app.errors).toEqual([])
    })
  })

  it('synchronous store: an error of it leaves the response whole', async () => {
    const store = synchronousStore(session)
    store.set = (_id, _session, done) => done!(new Error('down'))
    const app = await start(session, (_req, res) => res.end('body'), { store })
    const reply = await app.get()
    expect([reply.status, reply.text]).toEqual([200, 'body'])
    expect(await app.failed()).toEqual([expect.objectContaining({ message: 'down' })])
  })

  it('synchronous store: an error in reading is an error of the request', async () => {
    const store = synchronousStore(session)
    store.get = (_id, done) => done(new Error('down'))
    const app = await start(session, (_req, res) => res.end('body'), { store })
    const reply = await app.get('/', { cookie: signed('known') })
    expect([reply.status, reply.text]).toEqual([500, 'down'])
  })
})
