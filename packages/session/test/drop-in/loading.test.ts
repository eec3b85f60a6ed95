import { describe, expect, it } from 'vitest'
import { countVisits, showId, showSession } from '../support/handlers.ts'
import { readId, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { ours } from '../support/ours.ts'
import { livesFor, peek, recordCalls, stored, storeWith } from '../support/stores.ts'
import type { Got, Stored } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** A memory store whose `get` answers as told. */
  function storeThatAnswers(answer: (done: Got, id: string) => void) {
    const store = storeWith(session)
    store.get = (id, done) => answer(done, id)
    return store
  }

  describe('found', () => {
    it('load: a visitor who comes back finds the data', async () => {
      const app = await start(session, countVisits)
      const first = await app.get()
      expect(first.text).toBe('1')
      expect((await app.get('/', { cookie: first })).text).toBe('2')
      expect((await app.get('/', { cookie: first })).text).toBe('3')
    })

    it('load: two visitors do not see each other', async () => {
      const app = await start(session, countVisits)
      const [one, two] = [await app.get(), await app.get()]
      await app.get('/', { cookie: one })
      expect((await app.get('/', { cookie: one })).text).toBe('3')
      expect((await app.get('/', { cookie: two })).text).toBe('2')
    })

    it('load: nested data comes back as it was', async () => {
      const data = {
        user: { name: 'Ada', roles: ['admin', 'é'] },
        empty: {},
        none: null,
        zero: 0,
        no: false,
        text: '',
      }
      const store = storeWith(session, { known: data })
      const app = await start(session, showSession, { store })
      expect(JSON.parse((await app.get('/', { cookie: signed('known') })).text)).toMatchObject(data)
    })

    it('load: a session that a browser brings is asked for once', async () => {
      const store = storeWith(session, { known: {} })
      const calls = recordCalls(store)
      const app = await start(session, showId, { store, resave: false })
      await app.get('/', { cookie: signed('known') })
      expect(calls).toEqual(['get', 'touch'])
    })
  })

  describe('not found', () => {
    it.each([undefined, null, false])(
      'load: %s from the store is a session that is not there',
      async missing => {
        const store = storeThatAnswers(done => setImmediate(done, null, missing as null))
        const app = await start(session, showId, { store })
        const reply = await app.get('/', { cookie: signed('gone') })
        expect(reply.status).toBe(200)
        expect(reply.text).toMatch(/^[\w-]{32}$/)
        expect(readId(reply)).toBe(reply.text)
      },
    )

    it('load: an ENOENT error is a session that is not there', async () => {
      const error = Object.assign(new Error('no such file'), { code: 'ENOENT' })
      const app = await start(session, showId, { store: storeThatAnswers(done => setImmediate(done, error)) })
      const reply = await app.get('/', { cookie: signed('gone') })
      expect(reply.status).toBe(200)
      expect(reply.text).toMatch(/^[\w-]{32}$/)
      expect(app.errors).toEqual([])
    })

    it('load: what comes beside an ENOENT error does not count', async () => {
      const error = Object.assign(new Error('no such file'), { code: 'ENOENT' })
      const store = storeThatAnswers(done => setImmediate(done, error, stored({ user: 'Ada' })))
      const app = await start(session, showSession, { store })
      expect((await app.get('/', { cookie: signed('gone') })).text).not.toContain('Ada')
    })

    it('load: an expired session is not there, and its visitor gets a new one', async () => {
      const store = storeWith(session, { old: { cookie: livesFor(-1000), visits: 7 } })
      const app = await start(session, countVisits, { store })
      const reply = await app.get('/', { cookie: signed('old') })
      expect(reply.text).toBe('1')
      expect(readId(reply)).not.toBe('old')
      expect(peek(store, 'old')).toBeUndefined()
    })
  })

  describe('failing', () => {
    it('load: an error of the store is an error of the request', async () => {
      const app = await start(session, showId, {
        store: storeThatAnswers(done => setImmediate(done, new Error('down'))),
      })
      const reply = await app.get('/', { cookie: signed('known') })
      expect(reply.status).toBe(500)
      expect(reply.text).toBe('down')
      expect(reply.setCookie).toEqual([])
    })

    it('load: each of several failing requests gets its own error, and others are served', async () => {
      const store = storeThatAnswers((done, id) => setImmediate(done, new Error(`no luck with ${id}`)))
      const app = await start(session, showId, { store })
      const replies = await Promise.all(['a', 'b', 'c'].map(id => app.get('/', { cookie: signed(id) })))
      expect(replies.map(reply => reply.text)).toEqual(['a', 'b', 'c'].map(id => `no luck with ${id}`))
      expect((await app.get()).status).toBe(200)
    })

    it('load: the error of a failed request comes without a session', async () => {
      const store = storeThatAnswers(done => setImmediate(done, new Error('down')))
      const middleware = session({ secret: 's', store })
      const req = { url: '/', headers: { cookie: signed('known', 's') } }
      const error = await new Promise(resolve => middleware(req as never, responseLike(), resolve))
      expect(error).toMatchObject({ message: 'down' })
      expect(req).not.toHaveProperty('session')
    })

    it('load: a store that throws is an error of the request', async () => {
      const store = storeThatAnswers(() => {
        throw new Error('broken')
      })
      const app = await start(session, showId, { store })
      const reply = await app.get('/', { cookie: signed('known') })
      expect(reply.status).toBe(500)
      expect(reply.text).toBe('broken')
    })

    it('load: stored data without a cookie is an error of the request for express-session, and a session for ours', async () => {
      const store = storeThatAnswers(done => setImmediate(done, null, { user: 'Ada' } as unknown as Stored))
      const app = await start(session, showId, { store })
      const reply = await app.get('/', { cookie: signed('known') })
      if (session === (ours as unknown)) {
        expect([reply.status, reply.text]).toEqual([200, 'known'])
        return
      }
      expect(reply.status).toBe(500)
      expect(app.errors).toEqual([expect.any(TypeError)])
    })
  })
})

function responseLike() {
  return { end() {}, write() {}, writeHead() {}, setHeader() {}, getHeader() {} } as never
}
