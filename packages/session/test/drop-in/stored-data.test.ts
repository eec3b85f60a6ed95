import { describe, expect, it } from 'vitest'
import { showSession } from '../support/handlers.ts'
import { type Listener, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, stored, storeWith } from '../support/stores.ts'
import type { Request } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** The answers that `read` gives about a session that was loaded from `data`. */
  async function loaded(data: Record<string, unknown>, read: (req: Request) => unknown) {
    const store = storeWith(session, { known: data })
    const app = await start(session, (req, res) => res.end(JSON.stringify(read(req))), { store })
    return JSON.parse((await app.get('/', { cookie: signed('known') })).text)
  }

  describe('names that are taken', () => {
    it.each(['save', 'reload', 'destroy', 'regenerate', 'touch', 'resetMaxAge'])(
      'load: stored data called %s does not hide the method',
      async name => {
        const type = await loaded({ [name]: 'data', user: 'Ada' }, req => [
          typeof req.session[name],
          req.session.user,
        ])
        expect(type).toEqual(['function', 'Ada'])
      },
    )

    it('load: stored data cannot change the id or the request of a session', async () => {
      const answer = await loaded({ id: 'stolen', req: { url: '/fake' } }, req => [
        req.session.id,
        req.session.req === req,
      ])
      expect(answer).toEqual(['known', true])
    })

    it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
      'load: stored data called %s is left out',
      async name => {
        const store = storeWith(session, { known: { [name]: 'data', user: 'Ada' } })
        const app = await start(session, showSession, { store })
        const answer = JSON.parse((await app.get('/', { cookie: signed('known') })).text)
        expect(Object.keys(answer)).not.toContain(name)
        expect(answer.user).toBe('Ada')
      },
    )

    it('load: stored data called __proto__ gives nothing to the session', async () => {
      const store = storeWith(session)
      store.sessions.known = `{"cookie":${JSON.stringify(stored().cookie)},"__proto__":{"admin":true}}`
      const app = await start(session, (req, res) => res.end(String(req.session.admin)), { store })
      const reply = await app.get('/', { cookie: signed('known') })
      expect(reply.text).toBe('undefined')
      expect(Reflect.get({}, 'admin')).toBeUndefined()
    })
  })

  describe('data', () => {
    it('data: comes back as JSON gives it', async () => {
      const store = storeWith(session)
      const handler: Listener = (req, res) => {
        if (req.url === '/read') return showSession(req, res)
        req.session.date = new Date(0)
        req.session.nothing = undefined
        req.session.call = () => 1
        req.session.list = [1, undefined, null]
        req.session.own = { toJSON: () => 'as told' }
        return res.end()
      }
      const app = await start(session, handler, { store })
      const cookie = await app.get()
      const { cookie: _, ...data } = JSON.parse((await app.get('/read', { cookie })).text)
      expect(data).toEqual({ date: '1970-01-01T00:00:00.000Z', list: [1, null, null], own: 'as told' })
    })

    it.each(['é€😀', '\u2028 \u2029', 'a\nb\tc', '</script>', 'x'.repeat(200_000)])(
      'data: a text comes back as it was (case %#)',
      async text => {
        const handler: Listener = (req, res) => {
          if (req.url === '/write') req.session.text = text
          res.end(String(req.session.text))
        }
        const app = await start(session, handler)
        const cookie = await app.get('/write')
        expect((await app.get('/read', { cookie })).text).toBe(text)
      },
    )

    it('data: numbers as keys are keys like others', async () => {
      expect(
        await loaded({ 7: 'seven', a: 1 }, req => [req.session['7'], Object.keys(req.session).sort()]),
      ).toEqual(['seven', ['7', 'a', 'cookie']])
    })

    it('data: a store that does not look at the expiry decides itself what is there', async () => {
      const store = storeWith(session)
      store.get = (_id, done) =>
        setImmediate(done, null, stored({ user: 'Ada', cookie: livesFor(-1000, 60_000) }))
      const app = await start(session, (req, res) => res.end(String(req.session.user)), { store })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('Ada')
    })
  })

  describe('the cookie', () => {
    it('load: an ISO text in cookie.expires is a Date again', async () => {
      const cookie = livesFor(60_000)
      const answer = await loaded({ cookie }, req => [
        req.session.cookie.expires instanceof Date,
        req.session.cookie.expires,
      ])
      expect(answer).toEqual([true, (cookie.expires as Date).toISOString()])
    })

    it('load: cookie.maxAge is what is left', async () => {
      const left = await loaded({ cookie: livesFor(60_000, 90_000) }, req => req.session.cookie.maxAge)
      expect(left).toBeGreaterThan(50_000)
      expect(left).toBeLessThanOrEqual(60_000)
    })

    it.each([90_000, 2000, 0, null])(
      'load: originalMaxAge %s is read back as it was stored',
      async originalMaxAge => {
        const cookie = { ...livesFor(60_000), originalMaxAge }
        expect(await loaded({ cookie }, req => req.session.cookie.originalMaxAge)).toBe(originalMaxAge)
      },
    )

    it('load: originalMaxAge is read back as well where the store answers with a Date', async () => {
      const store = storeWith(session)
      store.get = (_, done) => setImmediate(done, null, stored({ cookie: livesFor(60_000, 90_000) }))
      const answer: unknown[] = []
      const app = await start(
        session,
        (req, res) => {
          answer.push(req.session.cookie.originalMaxAge, req.session.cookie.expires instanceof Date)
          res.end()
        },
        { store, resave: false },
      )
      await app.get('/', { cookie: signed('known') })
      expect(answer).toEqual([90_000, true])
    })

    it('load: attributes that were stored stay with the session', async () => {
      const cookie = {
        ...livesFor(60_000),
        domain: 'example.org',
        sameSite: 'strict',
        httpOnly: false,
        secure: false,
      }
      const answer = await loaded({ cookie }, req => req.session.cookie)
      expect(answer).toMatchObject({ domain: 'example.org', sameSite: 'strict', httpOnly: false, path: '/' })
    })

    it('load: a stored cookie without a path or httpOnly gets the defaults', async () => {
      const answer = await loaded({ cookie: {} }, req => [
        req.session.cookie.path,
        req.session.cookie.httpOnly,
      ])
      expect(answer).toEqual(['/', true])
    })

    it('load: a session without an end has none after loading', async () => {
      const answer = await loaded({}, req => [req.session.cookie.expires, req.session.cookie.maxAge])
      expect(answer).toEqual([null, null])
    })
  })
})
