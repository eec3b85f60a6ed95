import connect from 'connect'
import { describe, expect, it } from 'vitest'
import { hasSession } from '../support/handlers.ts'
import { type Listener, readSetCookie, SECRET, serve, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { recordCalls, storeWith } from '../support/stores.ts'
import type { Request } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  function appAt(path: string) {
    return start(session, hasSession, { cookie: { path } })
  }

  describe('within the path', () => {
    it.each(['/admin', '/admin/', '/admin/users', '/admin?page=2', '/admin/users?next=/', '/administrator'])(
      'path: /admin covers %s',
      async path => {
        const app = await appAt('/admin')
        const reply = await app.get(path)
        expect(reply.text).toBe('session')
        expect(readSetCookie(reply)?.attributes.Path).toBe('/admin')
      },
    )

    it('path: a URL in absolute form counts by its path', async () => {
      const app = await appAt('/admin')
      expect((await app.get(`${app.url}/admin/users`)).text).toBe('session')
      expect((await app.get(`${app.url}/elsewhere`)).text).toBe('no session')
    })

    it('path: the default covers everything', async () => {
      const app = await start(session, hasSession)
      for (const path of ['/', '/a/b', '/?q=1', '//double'])
        expect((await app.get(path)).text).toBe('session')
    })
  })

  describe('outside of the path', () => {
    it.each(['/', '/adm', '/Admin', '/users/admin', '/?path=/admin', '//admin'])(
      'path: /admin does not cover %s',
      async path => {
        const app = await appAt('/admin')
        const reply = await app.get(path)
        expect(reply.status).toBe(200)
        expect(reply.text).toBe('no session')
        expect(reply.setCookie).toEqual([])
      },
    )

    it('path: a request outside of it has no req.sessionStore and costs no call to the store', async () => {
      const store = storeWith(session, { known: {} })
      const calls = recordCalls(store)
      const app = await start(session, (req, res) => res.end(String(req.sessionStore)), {
        store,
        cookie: { path: '/admin' },
      })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('undefined')
      expect(calls).toEqual([])
    })
  })

  describe('what counts as the path of a request', () => {
    it('path: in a mounted app it is the whole one', async () => {
      const app = connect()
      app.use('/admin', session({ secret: SECRET, cookie: { path: '/admin' } }) as never)
      app.use(hasSession as never)
      const client = await serve(app as unknown as Listener)
      expect((await client.get('/admin/users')).text).toBe('session')
      expect((await client.get('/elsewhere')).text).toBe('no session')
    })

    it('path: in a mounted app the part below the mount point is no match', async () => {
      const app = connect()
      app.use('/outer', session({ secret: SECRET, cookie: { path: '/inner' } }) as never)
      app.use(hasSession as never)
      const client = await serve(app as unknown as Listener)
      expect((await client.get('/outer/inner')).text).toBe('no session')
    })

    it('path: req.originalUrl counts before req.url', async () => {
      const before = (req: Request) => {
        req.originalUrl = req.url!
        req.url = '/rewritten'
      }
      const app = await start(session, hasSession, { cookie: { path: '/admin' } }, { before })
      expect((await app.get('/admin')).text).toBe('session')
      expect((await app.get('/rewritten')).text).toBe('no session')
    })

    it.each(['', '?q=1'])('path: an empty one is / (url "%s")', async url => {
      const app = await start(session, hasSession, {}, { before: req => (req.url = url) })
      expect((await app.get()).text).toBe('session')
    })

    it('path: an empty one does not lie within another', async () => {
      const app = await start(
        session,
        hasSession,
        { cookie: { path: '/admin' } },
        { before: req => (req.url = '') },
      )
      expect((await app.get()).text).toBe('no session')
    })

    it('path: an empty originalUrl is /', async () => {
      const app = await start(session, hasSession, {}, { before: req => (req.originalUrl = '') })
      expect((await app.get('/anything')).text).toBe('session')
    })
  })
})
