import { describe, expect, it } from 'vitest'
import { countVisits, hasSession, showId } from '../support/handlers.ts'
import { errorOf, readExpires, readSetCookie, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, peekOnly, storeWith } from '../support/stores.ts'
import type { Options, Request } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  describe('auto', () => {
    const secureRequests: [string, { tls?: boolean; options?: Options; headers?: Record<string, string> }][] =
      [
        ['over TLS', { tls: true }],
        ['forwarded as https', { options: { proxy: true }, headers: { 'X-Forwarded-Proto': 'https' } }],
      ]

    it.each(secureRequests)(
      'auto: secure is Secure %s',
      async (_, { tls = false, options, headers = {} }) => {
        const app = await start(session, showId, { ...options, cookie: { secure: 'auto' } }, { tls })
        expect(readSetCookie(await app.get('/', { headers }))?.attributes).toMatchObject({ Secure: true })
      },
    )

    it.each(secureRequests)(
      'auto: sameSite is None %s',
      async (_, { tls = false, options, headers = {} }) => {
        const app = await start(session, showId, { ...options, cookie: { sameSite: 'auto' } }, { tls })
        expect(readSetCookie(await app.get('/', { headers }))?.attributes).toMatchObject({ SameSite: 'None' })
      },
    )

    it('auto: over plain HTTP the cookie is not Secure, and Lax', async () => {
      const app = await start(session, showId, { cookie: { secure: 'auto', sameSite: 'auto' } })
      expect(readSetCookie(await app.get())?.attributes).toEqual({
        Path: '/',
        HttpOnly: true,
        SameSite: 'Lax',
      })
    })

    it('auto: goes by req.secure where there is no proxy option', async () => {
      const app = await start(
        session,
        showId,
        { cookie: { secure: 'auto', sameSite: 'auto' } },
        { before: req => (req.secure = true) },
      )
      const { attributes } = readSetCookie(await app.get())!
      expect(attributes).toMatchObject({ Secure: true, SameSite: 'None' })
    })

    it('auto: is decided for each visitor', async () => {
      const app = await start(session, showId, { proxy: true, cookie: { secure: 'auto', sameSite: 'auto' } })
      const secure = await app.get('/', { headers: { 'X-Forwarded-Proto': 'https' } })
      const plain = await app.get('/')
      expect(readSetCookie(secure)?.attributes).toMatchObject({ Secure: true, SameSite: 'None' })
      expect(readSetCookie(plain)?.attributes).toMatchObject({ SameSite: 'Lax' })
      expect(readSetCookie(plain)?.attributes).not.toHaveProperty('Secure')
    })

    it('auto: what was decided is stored', async () => {
      const store = storeWith(session)
      const app = await start(session, showId, { store, cookie: { secure: 'auto', sameSite: 'auto' } })
      await app.get()
      expect(peekOnly(store).cookie).toMatchObject({ secure: false, sameSite: 'lax' })
    })
  })

  describe('a function', () => {
    it('cookie function: is given the request', async () => {
      const cookie = (req: Request) => ({ path: `/${req.url?.split('/')[1]}`, priority: 'high' })
      const app = await start(session, hasSession, { cookie })
      const reply = await app.get('/shop/cart')
      expect(reply.text).toBe('session')
      expect(readSetCookie(reply)?.attributes).toEqual({ Path: '/shop', HttpOnly: true, Priority: 'High' })
    })

    it('cookie function: its path decides whether there is a session', async () => {
      const cookie = (req: Request) => ({ path: req.headers['x-area'] as string })
      const app = await start(session, hasSession, { cookie })
      expect((await app.get('/admin', { headers: { 'X-Area': '/admin' } })).text).toBe('session')
      expect((await app.get('/admin', { headers: { 'X-Area': '/shop' } })).text).toBe('no session')
    })

    it('cookie function: decides for each visitor how long the session lives', async () => {
      const cookie = (req: Request) => ({ maxAge: Number(req.headers['x-age']) })
      const app = await start(session, showId, { cookie })
      for (const age of [60_000, 600_000]) {
        const reply = await app.get('/', { headers: { 'X-Age': String(age) } })
        expect(Math.abs(readExpires(reply) - Date.now() - age)).toBeLessThan(5000)
      }
    })

    it('cookie function: a session that was found keeps the attributes that it has', async () => {
      const store = storeWith(session, {
        known: { cookie: { ...livesFor(60_000), domain: 'stored.example' } },
      })
      const app = await start(session, countVisits, { store, cookie: () => ({ path: '/', maxAge: 600_000 }) })
      const reply = await app.get('/', { cookie: signed('known') })
      expect(reply.text).toBe('1')
      expect(Math.abs(readExpires(reply) - Date.now() - 60_000)).toBeLessThan(5000)
    })

    it('cookie function: a regenerated session is asked for anew', async () => {
      const cookie = (req: Request) => ({ maxAge: req.session ? 600_000 : 60_000 })
      const app = await start(
        session,
        (req, res) => req.session.regenerate(() => res.end(String(req.session.cookie.originalMaxAge))),
        { cookie },
      )
      expect((await app.get()).text).toBe('600000')
    })

    it('cookie function: one that throws is an error of the request', async () => {
      const cookie = () => {
        throw new Error('no cookie today')
      }
      expect(await errorOf(() => session({ secret: 's', cookie }))).toMatchObject({
        message: 'no cookie today',
      })
    })
  })
})
