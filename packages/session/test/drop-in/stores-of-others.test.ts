import { describe, expect, it } from 'vitest'
import { countVisits } from '../support/handlers.ts'
import { type Listener, readId, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { oldStyleStore, silentStore, synchronousStore } from '../support/own-stores.ts'
import type { MemoryStore } from '../support/types.ts'

const kinds = [
  ['a class', synchronousStore],
  ['a function that calls Store on itself', oldStyleStore],
  ['one that is silent about a missing session', silentStore],
] as const

const combinations = implementations.flatMap(({ name, session }) =>
  implementations.flatMap(base => kinds.map(([kind, make]) => ({ name, session, base, kind, make }))),
)

describe.each(combinations)(
  '$name with a store on the Store of $base.name: $kind',
  ({ session, base, make }) => {
    const manage: Listener = (req, res) => {
      if (req.url === '/logout') return req.session.destroy(() => res.end('bye'))
      if (req.url === '/login') return req.session.regenerate(() => countVisits(req, res))
      if (req.url === '/reload')
        return req.session.reload(error => res.end(String(error ?? req.session.visits)))
      if (req.url === '/save') return req.session.save(error => res.end(String(error ?? 'saved')))
      if (req.url === '/read') return res.end(String(req.session.visits))
      return countVisits(req, res)
    }

    it.each([
      { resave: true, saveUninitialized: true },
      { resave: false, saveUninitialized: false },
    ])('store: a whole life of a session (%o)', async options => {
      const store = make(base.session)
      const app = await start(session, manage, {
        store,
        rolling: true,
        cookie: { maxAge: 60_000 },
        ...options,
      })
      const first = await app.get('/')
      expect(first.text).toBe('1')
      expect((await app.get('/', { cookie: first })).text).toBe('2')
      expect((await app.get('/read', { cookie: first })).text).toBe('2')
      expect((await app.get('/reload', { cookie: first })).text).toBe('2')
      expect((await app.get('/save', { cookie: first })).text).toBe('saved')
      const second = await app.get('/login', { cookie: first })
      expect(second.text).toBe('1')
      expect([...store.sessions.keys()]).toEqual([readId(second)])
      expect((await app.get('/logout', { cookie: second })).text).toBe('bye')
      expect(store.sessions.size).toBe(0)
      expect(app.errors).toEqual([])
    })

    it('store: is an event emitter', () => {
      const store = make(base.session)
      let heard = 0
      store.on('disconnect', () => heard++)
      store.emit('disconnect')
      expect(heard).toBe(1)
    })
  },
)

describe.each(
  implementations.flatMap(one =>
    implementations.map(base => ({ name: one.name, session: one.session, base })),
  ),
)('$name with the memory store of $base.name', ({ session, base }) => {
  it('store: keeps sessions and expires them', async () => {
    const store = new base.session.MemoryStore()
    const app = await start(session, countVisits, { store, cookie: { maxAge: 60_000 } })
    const first = await app.get()
    expect((await app.get('/', { cookie: first })).text).toBe('2')
    expire(store, readId(first)!)
    expect((await app.get('/', { cookie: first })).text).toBe('1')
  })

  function expire(store: MemoryStore, id: string) {
    const stored = JSON.parse(store.sessions[id]!)
    stored.cookie.expires = new Date(0).toISOString()
    store.sessions[id] = JSON.stringify(stored)
  }
})

describe.each(
  implementations.flatMap(one =>
    implementations.filter(other => other !== one).map(other => ({ one, other })),
  ),
)('$one.name after $other.name', ({ one, other }) => {
  it('cookie: a visitor of the one stays logged in with the other, on the same store', async () => {
    const store = new one.session.MemoryStore()
    const options = { store, cookie: { maxAge: 60_000 } }
    const before = await start(other.session, countVisits, options)
    const after = await start(one.session, countVisits, options)
    const cookie = await before.get()
    expect((await after.get('/', { cookie })).text).toBe('2')
    expect((await before.get('/', { cookie })).text).toBe('3')
  })

  it('store: both store the same', async () => {
    const stored = async (session: typeof one.session) => {
      const store = new session.MemoryStore()
      const handler: Listener = (req, res) => {
        req.session.user = { name: 'Ada' }
        res.end()
      }
      const app = await start(session, handler, {
        store,
        cookie: { domain: 'example.org', sameSite: 'lax', priority: 'low' },
      })
      await app.get()
      return Object.values(store.sessions)
    }
    expect(await stored(one.session)).toEqual(await stored(other.session))
  })
})
