import { describe, expect, it } from 'vitest'
import { countVisits, showId } from '../support/handlers.ts'
import { errorOf, readId, readSetCookie, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { storeWith } from '../support/stores.ts'

/** What is thrown at the start, or told after the first response, which then has no cookie. */
async function startError(begin: () => ReturnType<typeof start>): Promise<unknown> {
  let app: Awaited<ReturnType<typeof start>>
  try {
    app = await begin()
  } catch (error) {
    return error
  }
  const reply = await app.get()
  expect([reply.status, reply.setCookie]).toEqual([200, []])
  return (await app.failed())[0]
}

describe.each(implementations)('$name', ({ session }) => {
  describe('genid', () => {
    it.each(['id', 42, {}, true])('genid: refuses %o at once, as it is no function', genid => {
      expect(() => session({ secret: 's', genid })).toThrow(TypeError)
      expect(() => session({ secret: 's', genid })).toThrow(/genid/)
    })

    it('genid: makes 32 URL-safe characters by default', async () => {
      const app = await start(session, showId)
      const reply = await app.get()
      expect(reply.text).toMatch(/^[\w-]{32}$/)
      expect(readId(reply)).toBe(reply.text)
    })

    it.each([undefined, null, '', 0, false])('genid: %o is as good as none', async genid => {
      const app = await start(session, showId, { genid })
      expect((await app.get()).text).toMatch(/^[\w-]{32}$/)
    })

    it('genid: finds the id that the visitor brought on the request, if it was signed', async () => {
      const seen: unknown[] = []
      const genid = (req: { sessionID?: string }) => {
        seen.push(req.sessionID)
        return 'mine'
      }
      const app = await start(session, showId, { genid })
      await app.get()
      await app.get('/', { cookie: 'connect.sid=s%3Aforged.wrong' })
      await app.get('/', { cookie: signed('gone') })
      expect(seen).toEqual([undefined, undefined, 'gone'])
    })

    it('genid: makes another id for each visitor', async () => {
      const app = await start(session, showId)
      const ids = await Promise.all([app.get(), app.get(), app.get()])
      expect(new Set(ids.map(reply => reply.text)).size).toBe(3)
    })

    it('genid: gives the id of the session, of the request and of the cookie', async () => {
      const app = await start(session, (req, res) => res.end(`${req.session.id} ${req.sessionID}`), {
        genid: () => 'mine',
      })
      const reply = await app.get()
      expect(reply.text).toBe('mine mine')
      expect(reply.setCookie[0]).toContain(signed('mine'))
    })

    it('genid: is given the request', async () => {
      const app = await start(session, showId, { genid: (req: { url: string }) => req.url.slice(1) })
      expect((await app.get('/from-the-url')).text).toBe('from-the-url')
    })

    it('genid: is not asked for a session that was found', async () => {
      const store = storeWith(session, { known: {} })
      const genid = () => {
        throw new Error('asked for an id')
      }
      const app = await start(session, showId, { genid, store })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('known')
    })

    it('genid: one that throws is an error of the request', async () => {
      const genid = () => {
        throw new Error('out of ids')
      }
      expect(await errorOf(() => session({ secret: 's', genid }))).toMatchObject({ message: 'out of ids' })
    })

    it.each([42, null, undefined])(
      'genid: with %o for an id nothing is stored and no cookie is sent',
      async id => {
        const store = storeWith(session)
        const app = await start(session, countVisits, { store, genid: () => id })
        const reply = await app.get()
        expect([reply.status, reply.text, reply.setCookie]).toEqual([200, '1', []])
        expect(Object.keys(store.sessions)).toEqual([])
      },
    )

    it('genid: may use characters that a cookie cannot hold', async () => {
      const app = await start(session, countVisits, { genid: () => 'a b;c,d%"é=\\' })
      const first = await app.get()
      expect(readSetCookie(first)?.value).toMatch(/^[\w%.~*!'()-]+$/)
      expect((await app.get('/', { cookie: first })).text).toBe('2')
    })
  })

  describe('name', () => {
    it.each([
      ['connect.sid without either option', {}, 'connect.sid'],
      ['the name option', { name: 'sid' }, 'sid'],
      ['the older key option', { key: 'sid' }, 'sid'],
      ['name rather than key', { name: 'by-name', key: 'by-key' }, 'by-name'],
      ['key where the name is empty', { name: '', key: 'by-key' }, 'by-key'],
    ])('name: the cookie is called by %s', async (_, options, name) => {
      const app = await start(session, countVisits, options)
      const first = await app.get()
      expect(readSetCookie(first, name)).toBeDefined()
      expect((await app.get('/', { cookie: first })).text).toBe('2')
    })

    it('name: a cookie of another name is not read', async () => {
      const store = storeWith(session, { known: {} })
      const app = await start(session, showId, { store, name: 'sid' })
      expect((await app.get('/', { cookie: signed('known') })).text).not.toBe('known')
    })

    it.each(['bad name', 'a;b', 'a=b', 'a,b', 'a(b)', 'a"b', 'é'])(
      'name: "%s", which a cookie cannot have, is a TypeError, at the latest after the first response',
      async name => {
        const error = await startError(() => start(session, showId, { name }))
        expect(error).toBeInstanceOf(TypeError)
        expect(String(error)).toMatch(/name/)
      },
    )

    it('name: two middlewares of different names do not read each other', async () => {
      const store = storeWith(session)
      const one = await start(session, countVisits, { store, name: 'one' })
      const two = await start(session, countVisits, { store, name: 'two' })
      const cookie = await one.get()
      expect((await two.get('/', { cookie })).text).toBe('1')
      expect((await one.get('/', { cookie })).text).toBe('2')
    })
  })
})
