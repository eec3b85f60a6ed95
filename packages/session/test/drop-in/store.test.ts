import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, stored, storeWith } from '../support/stores.ts'
import type { MemoryStore, RequestLike, Session } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** A store that a middleware has been made for, so that it can generate. */
  function storeInUse(sessions = {}): MemoryStore {
    const store = storeWith(session, sessions)
    session({ secret: 's', store, genid: () => 'generated', cookie: { maxAge: 60_000 } })
    return store
  }

  function load(store: MemoryStore, id: string) {
    return new Promise<{ error: unknown; session: Session | undefined }>(resolve => {
      store.load(id, (error, session) => resolve({ error, session }))
    })
  }

  it('Store: is an event emitter', () => {
    expect(new session.Store()).toBeInstanceOf(EventEmitter)
    expect(new session.MemoryStore()).toBeInstanceOf(session.Store)
  })

  it('Store: knows nothing of get, set, destroy and touch itself', () => {
    for (const name of ['get', 'set', 'destroy', 'touch'])
      expect(new session.Store()).not.toHaveProperty(name)
  })

  describe('createSession', () => {
    it('createSession: puts a session of the data on the request, and answers with it', () => {
      const req: RequestLike = { sessionID: 'known', sessionStore: storeInUse() }
      const created = storeInUse().createSession(req, stored({ user: 'Ada' }))
      expect(req.session).toBe(created)
      expect(created).toMatchObject({ id: 'known', user: 'Ada' })
      expect(created).toBeInstanceOf(session.Session)
      expect(created.cookie).toBeInstanceOf(session.Cookie)
      expect(created.req).toBe(req)
    })

    it('createSession: makes a Date of an ISO text, and keeps originalMaxAge', () => {
      const expires = new Date(Date.now() + 60_000)
      const data = stored({ cookie: { expires: expires.toISOString(), originalMaxAge: 90_000 } })
      const { cookie } = storeInUse().createSession({ sessionID: 'known' }, data)
      expect(cookie.expires).toEqual(expires)
      expect(cookie.originalMaxAge).toBe(90_000)
    })

    it('createSession: takes a Date as well', () => {
      const data = stored({ cookie: livesFor(60_000, 90_000) })
      const { expires } = data.cookie
      const { cookie } = storeInUse().createSession({ sessionID: 'known' }, data)
      expect(cookie.expires).toEqual(expires)
      expect(cookie.originalMaxAge).toBe(90_000)
    })

    it('createSession: throws a TypeError for data without a cookie', () => {
      const create = () => storeInUse().createSession({ sessionID: 'known' }, { user: 'Ada' } as never)
      expect(create).toThrow(TypeError)
      expect(create).toThrow(/Cannot read prop/)
    })
  })

  describe('load', () => {
    it('load: gives a session without any request', async () => {
      const { error, session: loaded } = await load(storeInUse({ known: { user: 'Ada' } }), 'known')
      expect(error ?? undefined).toBeUndefined()
      expect(loaded).toMatchObject({ id: 'known', user: 'Ada' })
    })

    it('load: gives nothing where there is no session', async () => {
      const { error, session: loaded } = await load(storeInUse(), 'unknown')
      expect([error ?? undefined, loaded]).toEqual([undefined, undefined])
    })

    it('load: tells an error of the store', async () => {
      const store = storeInUse()
      store.get = (_id, done) => setImmediate(done, new Error('down'))
      expect((await load(store, 'known')).error).toMatchObject({ message: 'down' })
    })

    it('load: the session can be saved, reloaded and destroyed', async () => {
      const store = storeInUse({ known: { user: 'Ada' } })
      const { session: loaded } = await load(store, 'known')
      loaded!.user = 'Grace'
      await new Promise(resolve => loaded!.save(resolve))
      expect(peek(store, 'known')).toMatchObject({ user: 'Grace' })
      await new Promise(resolve => loaded!.reload(resolve))
      expect(loaded!.req.session).toMatchObject({ user: 'Grace' })
      await new Promise(resolve => loaded!.destroy(resolve))
      expect(peek(store, 'known')).toBeUndefined()
    })
  })

  describe('generate', () => {
    it('generate: comes with the middleware', () => {
      const store = storeWith(session)
      session({ secret: 's', store })
      expect(store.generate).toBeTypeOf('function')
    })

    it('generate: puts an id and an empty session on the request', () => {
      const req: RequestLike = {}
      Object.assign(req, { headers: {}, connection: {} })
      storeInUse().generate(req)
      expect(req.sessionID).toBe('generated')
      expect(req.session).toMatchObject({ id: 'generated' })
      expect(Object.keys(req.session!)).toEqual(['cookie'])
      expect(req.session!.cookie.originalMaxAge).toBe(60_000)
    })
  })

  describe('regenerate', () => {
    function regenerate(store: MemoryStore, req: RequestLike) {
      Object.assign(req, { headers: {}, connection: {} })
      return new Promise<unknown>(resolve => store.regenerate(req, resolve))
    }

    it('regenerate: destroys the session of the request and generates another', async () => {
      const store = storeInUse({ known: {} })
      const req: RequestLike = { sessionID: 'known' }
      expect((await regenerate(store, req)) ?? undefined).toBeUndefined()
      expect(peek(store, 'known')).toBeUndefined()
      expect(req).toMatchObject({ sessionID: 'generated', session: { id: 'generated' } })
    })

    it('regenerate: tells an error of destroy, and generates all the same', async () => {
      const store = storeInUse({ known: {} })
      store.destroy = (_id, done) => setImmediate(done!, new Error('down'))
      const req: RequestLike = { sessionID: 'known' }
      expect(await regenerate(store, req)).toMatchObject({ message: 'down' })
      expect(req).toMatchObject({ sessionID: 'generated', session: { id: 'generated' } })
    })
  })
})
