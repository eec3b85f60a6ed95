import { describe, expect, it } from 'vitest'
import { showId } from '../support/handlers.ts'
import { errorOf, readExpires, readSetCookie, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { peekOnly, storeWith } from '../support/stores.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** Attributes of the cookie that a new visitor gets under these options. */
  async function attributes(cookie?: object, { tls = false } = {}) {
    const app = await start(session, showId, { cookie }, { tls })
    const reply = await app.get()
    expect(reply.status).toBe(200)
    return readSetCookie(reply)?.attributes
  }

  describe('attributes', () => {
    it.each([undefined, null, {}])('cookie: %o is Path=/ and HttpOnly, and nothing else', async cookie => {
      expect(await attributes(cookie as object)).toEqual({ Path: '/', HttpOnly: true })
    })

    it.each([
      ['path', { path: '/' }, { Path: '/' }],
      ['domain', { domain: 'example.org' }, { Domain: 'example.org' }],
      ['domain with a dot in front', { domain: '.example.org' }, { Domain: '.example.org' }],
      ['partitioned', { partitioned: true }, { Partitioned: true }],
      ['priority low', { priority: 'low' }, { Priority: 'Low' }],
      ['priority medium', { priority: 'medium' }, { Priority: 'Medium' }],
      ['priority high', { priority: 'high' }, { Priority: 'High' }],
      ['sameSite lax', { sameSite: 'lax' }, { SameSite: 'Lax' }],
      ['sameSite strict', { sameSite: 'strict' }, { SameSite: 'Strict' }],
      ['sameSite none', { sameSite: 'none' }, { SameSite: 'None' }],
      ['sameSite true', { sameSite: true }, { SameSite: 'Strict' }],
      ['sameSite in capitals', { sameSite: 'LAX' }, { SameSite: 'Lax' }],
    ])('cookie: %s is sent', async (_, cookie, expected) => {
      expect(await attributes(cookie)).toEqual({ Path: '/', HttpOnly: true, ...expected })
    })

    it.each([{ httpOnly: false }, { httpOnly: undefined }])('cookie: %o is no HttpOnly', async cookie => {
      expect(await attributes(cookie)).toEqual({ Path: '/' })
    })

    it.each([
      { sameSite: false },
      { partitioned: false },
      { secure: false },
      { domain: undefined },
      { expires: null },
      { maxAge: null },
      { maxAge: undefined },
      { data: 'ignored' },
    ])('cookie: %o adds nothing', async cookie => {
      expect(await attributes(cookie)).toEqual({ Path: '/', HttpOnly: true })
    })

    it('cookie: an empty path is not sent', async () => {
      expect(await attributes({ path: '' })).toEqual({ HttpOnly: true })
    })

    it('cookie: all attributes stand in their order', async () => {
      const all = {
        sameSite: 'none',
        priority: 'high',
        partitioned: true,
        secure: true,
        httpOnly: true,
        maxAge: 60_000,
        path: '/',
        domain: 'example.org',
      }
      const sent = await attributes(all, { tls: true })
      expect(Object.keys(sent!)).toEqual([
        'Domain',
        'Path',
        'Expires',
        'HttpOnly',
        'Secure',
        'Partitioned',
        'Priority',
        'SameSite',
      ])
    })

    it('cookie: options are left as they are', async () => {
      const cookie = Object.freeze({ maxAge: 60_000, secure: 'auto', sameSite: 'auto' })
      expect(await attributes(cookie)).toMatchObject({ SameSite: 'Lax' })
      expect(cookie).toEqual({ maxAge: 60_000, secure: 'auto', sameSite: 'auto' })
    })
  })

  describe('secure', () => {
    it('cookie: secure is sent over TLS', async () => {
      expect(await attributes({ secure: true }, { tls: true })).toMatchObject({ Secure: true })
    })

    it('cookie: secure is not sent over plain HTTP, but the session is stored', async () => {
      const store = storeWith(session)
      const app = await start(session, showId, { store, cookie: { secure: true } })
      const reply = await app.get()
      expect(reply.status).toBe(200)
      expect(reply.setCookie).toEqual([])
      expect(peekOnly(store).cookie).toMatchObject({ secure: true })
    })

    it('cookie: not secure is sent over TLS too', async () => {
      expect(await attributes({ secure: false }, { tls: true })).toEqual({ Path: '/', HttpOnly: true })
    })
  })

  describe('expiry', () => {
    it.each([1000, 60_000, 3e9])('cookie: maxAge %d is sent as Expires, never as Max-Age', async maxAge => {
      const app = await start(session, showId, { cookie: { maxAge } })
      const earliest = Date.now()
      const reply = await app.get()
      expect(readExpires(reply)).toBeGreaterThan(earliest + maxAge - 1001)
      expect(readExpires(reply)).toBeLessThanOrEqual(Date.now() + maxAge)
      expect(reply.setCookie[0]).not.toMatch(/max-age/i)
    })

    it('cookie: expires in the past is sent as it is', async () => {
      const sent = await attributes({ expires: new Date(0) })
      expect(sent?.Expires).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
    })

    it('cookie: expires in the future is the distance, counted anew for each visitor', async () => {
      const expires = new Date(Date.now() + 60_000)
      const app = await start(session, showId, { cookie: { expires } })
      const reply = await app.get()
      expect(Math.abs(readExpires(reply) - expires.valueOf())).toBeLessThan(3000)
    })

    it.each([
      ['maxAge', { expires: new Date(0), maxAge: 60_000 }, 60_000],
      ['expires', { maxAge: 60_000, expires: new Date(Date.now() + 600_000) }, 600_000],
    ])('cookie: %s counts where it stands last', async (_, cookie, distance) => {
      const app = await start(session, showId, { cookie })
      const reply = await app.get()
      expect(Math.abs(readExpires(reply) - Date.now() - distance)).toBeLessThan(5000)
    })
  })

  describe('wrong options', () => {
    it.each([
      ['option domain is invalid', { domain: 'example.org; Secure' }],
      ['option sameSite is invalid', { sameSite: 'sometimes' }],
      ['option priority is invalid', { priority: 'urgent' }],
    ])(
      'cookie: "%s" is an error after the response, which comes without a cookie',
      async (message, cookie) => {
        const app = await start(session, (_req, res) => res.end('whole'), {
          cookie: () => cookie,
          saveUninitialized: true,
        })
        const reply = await app.get()
        expect([reply.status, reply.text, reply.setCookie]).toEqual([200, 'whole', []])
        expect(await app.failed()).toEqual([expect.any(TypeError)])
        expect(String(app.errors[0])).toContain(message)
      },
    )

    it.each(['text', 42, true])(
      'cookie: %o, which is no object, is a TypeError, at the latest with the first request',
      async cookie => {
        const error = await errorOf(() => session({ secret: 's', cookie }))
        expect(error).toBeInstanceOf(TypeError)
        expect(String(error)).toMatch(/must be an? object/)
      },
    )

    it('cookie: a maxAge that is no number is a TypeError, at the latest with the first request', async () => {
      const error = await errorOf(() => session({ secret: 's', cookie: { maxAge: '1d' } }))
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toMatch(/maxAge must be a number or Date/)
    })
  })
})
