import { describe, expect, it } from 'vitest'
import { countVisits } from '../support/handlers.ts'
import { deferred, type Listener, serve, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { storeWith } from '../support/stores.ts'
import type { Options, Request } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** A request during which the given method of the store fails. */
  async function failing(
    method: 'set' | 'touch' | 'destroy',
    handler: Listener,
    options: Options,
    cookie?: string,
  ) {
    const store = storeWith(session, { known: {} })
    const fail = (...args: unknown[]) => setImmediate(args.at(-1) as never, new Error(`${method} failed`))
    const app = await start(session, handler, { store: Object.assign(store, { [method]: fail }), ...options })
    const reply = await app.get('/', cookie ? { cookie } : {})
    return { ...app, reply }
  }

  const respond: Listener = (_req, res) => res.end('the whole body')

  describe('at the end of a request', () => {
    it.each<['set' | 'touch' | 'destroy', Options, Listener]>([
      ['set', { resave: true }, respond],
      ['touch', { resave: false }, respond],
      [
        'destroy',
        { unset: 'destroy' },
        (req, res) => {
          delete (req as Partial<Request>).session
          respond(req, res)
        },
      ],
    ])(
      'store: when %s fails the response is whole, and the error goes to next()',
      async (method, options, handler) => {
        const { reply, failed } = await failing(method, handler, options, signed('known'))
        expect([reply.status, reply.text]).toEqual([200, 'the whole body'])
        expect(await failed()).toEqual([expect.objectContaining({ message: `${method} failed` })])
      },
    )

    it('store: when set fails for a new visitor, the response is whole too', async () => {
      const { reply, failed } = await failing('set', countVisits, {})
      expect([reply.status, reply.text]).toEqual([200, '1'])
      expect(await failed()).toEqual([expect.objectContaining({ message: 'set failed' })])
    })

    it.each<[string, Listener]>([
      [
        'a Content-Length',
        (_req, res) => {
          res.setHeader('Content-Length', 4)
          res.end('body')
        },
      ],
      [
        'several writes',
        (_req, res) => {
          res.write('bo')
          res.end('dy')
        },
      ],
    ])('store: when set fails the response is whole with %s', async (_, handler) => {
      const { reply, failed } = await failing('set', handler, {})
      expect([reply.status, reply.text]).toEqual([200, 'body'])
      expect(await failed()).toHaveLength(1)
    })

    it('store: when set fails without a body, the response ends', async () => {
      const { reply, failed } = await failing('set', (_req, res) => res.writeHead(204).end(), {})
      expect([reply.status, reply.text]).toEqual([204, ''])
      expect(await failed()).toHaveLength(1)
    })

    it('store: the error comes when the response is committed, so a handler can tell', async () => {
      const store = storeWith(session)
      store.set = (_id, _session, done) => setImmediate(done!, new Error('down'))
      const seen: boolean[] = []
      const answered = deferred()
      const middleware = session({ secret: 's', store })
      const client = await serve((req, res) =>
        middleware(req, res, error => {
          if (!error) return res.end()
          seen.push(res.headersSent)
          answered.resolve()
        }),
      )
      await client.get()
      await answered.promise
      expect(seen).toEqual([true])
    })

    it('store: the next visitor is served as ever', async () => {
      const { get, reply } = await failing('set', respond, {})
      expect(reply.status).toBe(200)
      expect((await get()).text).toBe('the whole body')
    })
  })

  describe('in a method of the session', () => {
    it.each<['set' | 'destroy', 'save' | 'destroy' | 'regenerate']>([
      ['set', 'save'],
      ['destroy', 'destroy'],
      ['destroy', 'regenerate'],
    ])('store: when %s fails, the callback of %s is told', async (method, name) => {
      const handler: Listener = (req, res) => {
        req.session[name](error => {
          delete (req as Partial<Request>).session
          res.end(String((error as Error).message))
        })
      }
      const { reply, errors } = await failing(method, handler, {}, signed('known'))
      expect(reply.text).toBe(`${method} failed`)
      expect(errors).toEqual([])
    })

    it('store: when destroy fails, regenerate has a new session all the same', async () => {
      const handler: Listener = (req, res) => {
        const old = req.session.id
        req.session.regenerate(() =>
          res.end(String(req.session.id !== old && req.session.id === req.sessionID)),
        )
      }
      const { reply } = await failing('destroy', handler, {}, signed('known'))
      expect(reply.text).toBe('true')
    })

    it('store: when destroy fails, what is written to the new session is stored, and its cookie is sent', async () => {
      const handler: Listener = (req, res) => {
        req.session.regenerate(() => {
          req.session.user = 'Eve'
          res.end()
        })
      }
      const { reply } = await failing('destroy', handler, {}, signed('known'))
      expect(reply.setCookie).toHaveLength(1)
    })

    it('store: when destroy fails, the session is gone from the request all the same', async () => {
      const handler: Listener = (req, res) => req.session.destroy(() => res.end(String(req.session)))
      const { reply } = await failing('destroy', handler, {}, signed('known'))
      expect(reply.text).toBe('undefined')
    })
  })
})
