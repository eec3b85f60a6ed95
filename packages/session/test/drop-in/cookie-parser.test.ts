import { describe, expect, it } from 'vitest'
import { showId } from '../support/handlers.ts'
import { signed, signedValue, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { storeWith } from '../support/stores.ts'
import type { Options, Request } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** An app behind a cookie parser that has left `parsed` on the request. */
  function behindParser(parsed: Pick<Request, 'cookies' | 'signedCookies'>, options: Options = {}) {
    const store = storeWith(session, { known: {}, other: {} })
    return start(session, showId, { store, ...options }, { before: req => Object.assign(req, parsed) })
  }

  describe('req.signedCookies', () => {
    it('signedCookies: is read where there is no Cookie header', async () => {
      const app = await behindParser({ signedCookies: { 'connect.sid': 'known' } })
      expect((await app.get()).text).toBe('known')
    })

    it('signedCookies: is read under the name option', async () => {
      const app = await behindParser({ signedCookies: { sid: 'known' } }, { name: 'sid' })
      expect((await app.get()).text).toBe('known')
    })

    it('signedCookies: comes after the Cookie header', async () => {
      const app = await behindParser({ signedCookies: { 'connect.sid': 'other' } })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('known')
    })

    it('signedCookies: is read where the Cookie header is badly signed', async () => {
      const app = await behindParser({ signedCookies: { 'connect.sid': 'known' } })
      expect((await app.get('/', { cookie: 'connect.sid=s%3Aknown.wrong' })).text).toBe('known')
    })

    it('signedCookies: false, which a parser leaves for a bad signature, is no id', async () => {
      const app = await behindParser({ signedCookies: { 'connect.sid': false } })
      const reply = await app.get()
      expect(reply.status).toBe(200)
      expect(reply.text).toMatch(/^[\w-]{32}$/)
    })

    it('signedCookies: a request found through it is the same session, so no new cookie is sent', async () => {
      const app = await behindParser({ signedCookies: { 'connect.sid': 'known' } })
      expect((await app.get()).setCookie).toEqual([])
    })
  })

  describe('req.cookies', () => {
    it('cookies: a signed value is read where there is no Cookie header', async () => {
      const app = await behindParser({ cookies: { 'connect.sid': signedValue('known') } })
      expect((await app.get()).text).toBe('known')
    })

    it('cookies: comes after req.signedCookies', async () => {
      const app = await behindParser({
        signedCookies: { 'connect.sid': 'known' },
        cookies: { 'connect.sid': signedValue('other') },
      })
      expect((await app.get()).text).toBe('known')
    })

    it('cookies: comes after the Cookie header', async () => {
      const app = await behindParser({ cookies: { 'connect.sid': signedValue('other') } })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('known')
    })

    it.each([
      ['not signed', 'known'],
      ['badly signed', 's:known.wrong'],
      ['signed with another secret', signedValue('known', 'another')],
      ['empty', ''],
    ])('cookies: a value that is %s is no id', async (_, value) => {
      const app = await behindParser({ cookies: { 'connect.sid': value } })
      const reply = await app.get()
      expect(reply.status).toBe(200)
      expect(reply.text).toMatch(/^[\w-]{32}$/)
    })

    it('cookies: each of several secrets verifies', async () => {
      const app = await behindParser(
        { cookies: { 'connect.sid': signedValue('known', 'old') } },
        { secret: ['new', 'old'] },
      )
      expect((await app.get()).text).toBe('known')
    })
  })
})
