import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { countVisits } from '../support/handlers.ts'
import { type Listener, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { peek, storeWith } from '../support/stores.ts'
import type { Done, Got, MemoryStore, Request } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  describe('async methods that call back', () => {
    /** Ways to put an async function in front of a method, as tracing and retrying do. */
    const wrappers: [string, (store: MemoryStore) => void][] = [
      [
        'that name the callback',
        store => {
          const { get, set } = store
          store.get = async (id: string, done: Got) => void setTimeout(() => get.call(store, id, done), 20)
          store.set = async (id, data, done?: Done) =>
            void setTimeout(() => set.call(store, id, data, done), 20)
        },
      ],
      [
        'that pass on what they are given',
        store => {
          const { get, set } = store
          store.get = async (...args: Parameters<typeof get>) => {
            await sleep(10)
            get.apply(store, args)
          }
          store.set = async (...args: Parameters<typeof set>) => {
            await sleep(10)
            set.apply(store, args)
          }
        },
      ],
      [
        'that have a default for the callback',
        store => {
          const { get, set } = store
          store.get = async (id: string, done: Got = () => {}) =>
            void setTimeout(() => get.call(store, id, done), 20)
          store.set = async (id, data, done: Done = () => {}) =>
            void setTimeout(() => set.call(store, id, data, done), 20)
        },
      ],
    ]

    it.each(wrappers)('async store: the callback counts with methods %s', async (_, wrap) => {
      const store = storeWith(session, { known: { visits: 7 } })
      wrap(store)
      const app = await start(session, countVisits, { store })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('8')
      expect(peek(store, 'known')).toMatchObject({ visits: 8 })
    })
  })

  describe('methods that do not call back', () => {
    /** Calls whose answer never comes, with a handler that does not wait for one. */
    const calls: Record<string, (store: MemoryStore, req: Request) => unknown> = {
      destroy(store, req) {
        store.destroy = id => delete store.sessions[id]
        req.session.destroy()
      },
      save(store, req) {
        store.set = (id, data) => {
          store.sessions[id] = JSON.stringify(data)
        }
        req.session.user = 'Ada'
        req.session.save()
      },
      reload(store, req) {
        store.get = () => undefined
        req.session.reload(() => {})
      },
    }

    async function textOrHeld(call: (store: MemoryStore, req: Request) => unknown): Promise<string> {
      const store = storeWith(session, { known: {} })
      const handler: Listener = (req, res) => {
        call(store, req)
        res.end('served')
      }
      const app = await start(session, handler, { store, resave: false })
      const reply = app.get('/', { cookie: signed('known') })
      return Promise.race([reply.then(({ text }) => text), sleep(8000, 'held')])
    }

    it('silent store: a call that nobody waits for does not hold the response for ever', async () => {
      const texts = await Promise.all(Object.values(calls).map(textOrHeld))
      expect(Object.keys(calls).map((name, index) => `${name} ${texts[index]}`)).toEqual([
        'destroy served',
        'save served',
        'reload served',
      ])
    })
  })

  describe('methods that come late', () => {
    it('late store: a store may get its methods after the middleware was made', async () => {
      const full = storeWith(session)
      const store = new session.Store() as unknown as MemoryStore
      const app = await start(session, countVisits, { store })
      for (const name of ['get', 'set', 'destroy', 'touch'] as const) {
        Object.assign(store, { [name]: full[name].bind(full) })
      }
      const cookie = await app.get()
      expect((await app.get('/', { cookie })).text).toBe('2')
    })
  })

  describe('what a callback is given', () => {
    it.each([null, undefined, 0, '', false])('store: %o in place of an error is none', async nothing => {
      const store = storeWith(session)
      const set = store.set
      store.set = (id, data, done) => set.call(store, id, data, () => done!(nothing))
      const app = await start(session, countVisits, { store })
      const cookie = await app.get()
      expect((await app.get('/', { cookie })).text).toBe('2')
      expect(app.errors).toEqual([])
    })

    it('store: what comes beside a success does not count', async () => {
      const store = storeWith(session, { known: {} })
      for (const name of ['set', 'touch'] as const) {
        const method = store[name]
        store[name] = (id, data, done) =>
          method.call(store, id, data, () => (done as (...args: unknown[]) => void)(null, false))
      }
      for (const resave of [true, false]) {
        const app = await start(session, (_req, res) => res.end('served'), { store, resave, rolling: true })
        const reply = await app.get('/', { cookie: signed('known') })
        expect([reply.text, reply.setCookie.length]).toEqual(['served', 1])
      }
    })

    it('store: an error that is a text is passed on as it is', async () => {
      const store = storeWith(session)
      store.get = (_id, done) => setImmediate(done, 'down')
      const app = await start(session, countVisits, { store })
      const reply = await app.get('/', { cookie: signed('known') })
      expect([reply.status, reply.text]).toEqual([500, 'down'])
      expect(app.errors).toEqual(['down'])
    })
  })
})
