import { describe, expect, it } from 'vitest'
import { deferred, type Listener, serve, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { storeWith } from '../support/stores.ts'
import type { MemoryStore, Options, Response } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** The ways in which a request keeps its response waiting for the store. */
  const waits: [string, (store: MemoryStore, held: Promise<void>) => Options][] = [
    [
      'set',
      (store, held) => {
        store.set = (_id, _session, done) => held.then(() => done!())
        return { resave: true }
      },
    ],
    [
      'touch',
      (store, held) => {
        store.touch = (_id, _session, done) => held.then(() => done!())
        return { resave: false }
      },
    ],
    [
      'destroy',
      (store, held) => {
        store.destroy = (_id, done) => held.then(() => done!())
        return { unset: 'destroy' }
      },
    ],
  ]

  it.each(waits)(
    'end: the response does not finish before the store has answered %s',
    async (name, prepare) => {
      const store = storeWith(session, { known: {} })
      const held = deferred()
      const ended = deferred()
      const options = prepare(store, held.promise)
      const handler: Listener = (req, res) => {
        if (name === 'destroy') req.session = null as never
        res.end('whole')
        ended.resolve()
      }
      const app = await start(session, handler, { store, ...options })
      let finished = false
      const reply = app.get('/', { cookie: signed('known') }).finally(() => {
        finished = true
      })
      await ended.promise
      await new Promise(resolve => setTimeout(resolve, 150))
      expect(finished).toBe(false)
      held.resolve()
      expect((await reply).text).toBe('whole')
    },
  )

  it('end: a visitor who comes right back finds what was saved, however slow the store is', async () => {
    const store = storeWith(session)
    const set = store.set
    store.set = (id, data, done) => setTimeout(() => set.call(store, id, data, done), 100)
    const handler: Listener = (req, res) => {
      if (req.url === '/read') return res.end(String(req.session.user))
      req.session.user = 'Ada'
      res.end('written')
    }
    const app = await start(session, handler, { store, resave: false })
    const cookie = await app.get('/write')
    expect((await app.get('/read', { cookie })).text).toBe('Ada')
  })

  describe('twice', () => {
    /** What happens to a response on which `again` is tried after its end. */
    async function after(again: (res: Response) => unknown, withSession: boolean, body?: string) {
      let outcome: unknown
      const handler: Listener = (_req, res) => {
        res.end(body)
        try {
          outcome = again(res)
        } catch (error) {
          const { name, message, code } = error as NodeJS.ErrnoException
          outcome = { name, message, code }
        }
      }
      const client = withSession ? await start(session, handler) : await serve(handler)
      const reply = await client.get()
      return { outcome, text: reply.text, status: reply.status }
    }

    const late = ['setHeader', 'removeHeader', 'writeHead', 'appendHeader'] as const
    const cases = late.flatMap(method => ['first', undefined].map(body => ({ method, body })))

    it.each(cases)(
      'end: $method after an end of $body is the error that Node gives without a session',
      async ({ method, body }) => {
        const again = (res: Response) => {
          const call = res[method] as (...args: unknown[]) => unknown
          call.call(res, method === 'writeHead' ? 404 : 'X-Late', 'x')
        }
        const result = await after(again, true, body)
        expect(result).toEqual(await after(again, false, body))
        expect(result.outcome).toMatchObject({ code: 'ERR_HTTP_HEADERS_SENT' })
        expect(result.text).toBe(body ?? '')
      },
    )

    it('end: headersSent is true right after it', async () => {
      for (const body of ['first', undefined]) {
        expect((await after(res => res.headersSent, true, body)).outcome).toBe(true)
      }
    })

    it('end: the second one changes nothing and answers false', async () => {
      expect(await after(res => res.end('second'), true, 'first')).toEqual({
        outcome: false,
        text: 'first',
        status: 200,
      })
    })

    it('end: a status set after it does not count', async () => {
      const again = (res: Response) => {
        res.statusCode = 500
      }
      expect(await after(again, true, 'first')).toMatchObject({ text: 'first', status: 200 })
    })

    it('end: saves once', async () => {
      const store = storeWith(session)
      let saved = 0
      const set = store.set
      store.set = (id, data, done) => {
        saved++
        return set.call(store, id, data, done)
      }
      const handler: Listener = (_req, res) => {
        res.end('first')
        res.end('second')
        res.end()
      }
      const app = await start(session, handler, { store })
      expect((await app.get()).text).toBe('first')
      expect(saved).toBe(1)
    })
  })

  describe('events', () => {
    it('end: finish is told once, after the store has answered', async () => {
      const order: string[] = []
      const store = storeWith(session)
      const set = store.set
      store.set = (id, data, done) =>
        setTimeout(() => {
          order.push('saved')
          set.call(store, id, data, done)
        }, 50)
      const closed = deferred()
      const handler: Listener = (_req, res) => {
        res.on('finish', () => order.push('finish'))
        res.on('close', closed.resolve)
        res.end('body')
      }
      const app = await start(session, handler, { store })
      await app.get()
      await closed.promise
      expect(order).toEqual(['saved', 'finish'])
    })

    it('end: writableFinished is true at the end', async () => {
      const closed = deferred()
      let seen: unknown
      const handler: Listener = (_req, res) => {
        res.on('close', () => {
          seen = [res.writableEnded, res.writableFinished]
          closed.resolve()
        })
        res.end('body')
      }
      const app = await start(session, handler)
      await app.get()
      await closed.promise
      expect(seen).toEqual([true, true])
    })

    it('write: its callback is called', async () => {
      const handler: Listener = (_req, res) => {
        res.write('one,', () => res.end('two'))
      }
      const app = await start(session, handler)
      expect((await app.get()).text).toBe('one,two')
    })
  })
})
