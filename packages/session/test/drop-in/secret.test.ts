import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { countVisits, showId } from '../support/handlers.ts'
import { readSetCookie, SECRET, signed, signedValue, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, storeWith } from '../support/stores.ts'

describe.each(implementations)('$name', ({ session }) => {
  describe('no secret', () => {
    it('secret: without one each request ends in an error', async () => {
      const app = await start(session, showId, { secret: undefined })
      for (const reply of [await app.get(), await app.get()]) {
        expect(reply.status).toBe(500)
        expect(reply.text).toBe('secret option required for sessions')
        expect(reply.setCookie).toEqual([])
      }
    })

    it('secret: without one a path that has no session is served all the same', async () => {
      const app = await start(session, (_req, res) => res.end('served'), {
        secret: undefined,
        cookie: { path: '/admin' },
      })
      expect((await app.get('/')).text).toBe('served')
      expect((await app.get('/admin')).status).toBe(500)
    })

    it('secret: req.secret stands in for the option', async () => {
      const app = await start(
        session,
        countVisits,
        { secret: undefined },
        { before: req => (req.secret = 'theirs') },
      )
      const first = await app.get()
      expect(first.setCookie[0]).toContain('connect.sid=s%3A')
      expect((await app.get('/', { cookie: first })).text).toBe('2')
    })

    it('secret: req.secret does not count beside the option', async () => {
      const store = storeWith(session, { known: {} })
      const app = await start(session, showId, { store }, { before: req => (req.secret = 'theirs') })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('known')
      expect((await app.get('/', { cookie: signed('known', 'theirs') })).text).not.toBe('known')
    })
  })

  describe('one secret', () => {
    it('secret: the cookie is "s:", the id and its HMAC-SHA256 in base64 without padding', async () => {
      const app = await start(session, showId)
      const reply = await app.get()
      expect(decodeURIComponent(readSetCookie(reply)!.value)).toBe(signedValue(reply.text, SECRET))
    })

    it.each([
      ['a Buffer', Buffer.from('bytes')],
      ['a Uint8Array', new Uint8Array([1, 2, 3])],
      ['a KeyObject', createSecretKey(Buffer.from('bytes'))],
    ])('secret: may be %s', async (_, secret) => {
      const app = await start(session, countVisits, { secret })
      const first = await app.get()
      expect(first.status).toBe(200)
      expect((await app.get('/', { cookie: first })).text).toBe('2')
    })

    it('secret: a Buffer signs like the string of its bytes', async () => {
      const store = storeWith(session, { known: {} })
      const app = await start(session, showId, { store, secret: Buffer.from(SECRET) })
      expect((await app.get('/', { cookie: signed('known', SECRET) })).text).toBe('known')
    })

    it('secret: a cookie signed with another one is not read', async () => {
      const store = storeWith(session, { known: {} })
      const app = await start(session, showId, { store })
      expect((await app.get('/', { cookie: signed('known', 'another') })).text).not.toBe('known')
    })
  })

  describe('several secrets', () => {
    it('secret: an empty array is refused at once', () => {
      expect(() => session({ secret: [] })).toThrow(TypeError)
      expect(() => session({ secret: [] })).toThrow(/secret option array/)
    })

    it('secret: the first of an array signs', async () => {
      const app = await start(session, showId, { secret: ['new', 'old'] })
      const reply = await app.get()
      expect(reply.setCookie[0]).toContain(signed(reply.text, 'new'))
    })

    it.each(['new', 'old', 'oldest'])('secret: each of an array verifies (%s)', async secret => {
      const store = storeWith(session, { known: {} })
      const app = await start(session, showId, { store, secret: ['new', 'old', 'oldest'] })
      expect((await app.get('/', { cookie: signed('known', secret) })).text).toBe('known')
    })

    it('secret: strings, Buffers and keys mix in an array', async () => {
      const old = Buffer.from('old')
      const store = storeWith(session, { known: {} })
      const app = await start(session, showId, { store, secret: [createSecretKey(Buffer.from('new')), old] })
      expect((await app.get('/', { cookie: signed('known', old) })).text).toBe('known')
    })

    it('secret: a cookie signed with an old one is signed anew when it is sent again', async () => {
      const store = storeWith(session, { known: { cookie: livesFor(60_000) } })
      const app = await start(session, showId, { store, secret: ['new', 'old'], rolling: true })
      const reply = await app.get('/', { cookie: signed('known', 'old') })
      expect(reply.setCookie[0]).toContain(signed('known', 'new'))
    })

    it('secret: an array is left as it is', async () => {
      const secret = Object.freeze(['new', 'old'])
      const app = await start(session, countVisits, { secret })
      const first = await app.get()
      expect((await app.get('/', { cookie: first })).text).toBe('2')
      expect(secret).toEqual(['new', 'old'])
    })

    it('secret: one that is put in front of the array later signs from then on', async () => {
      const secret = ['old']
      const app = await start(session, showId, { secret })
      secret.unshift('new')
      const reply = await app.get()
      expect(reply.setCookie[0]).toContain(signed(reply.text, 'new'))
    })
  })
})
