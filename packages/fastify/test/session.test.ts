import { createHmac } from 'node:crypto'
import type { FastifySession } from '@coatcheck/fastify'
import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { dataIn } from '../../session/test/support/map-backend.ts'
import { SECRET, start } from './support/app.ts'
import { versions } from './support/versions.ts'

/** The session with our type: this repository has @fastify/session installed, whose type it has otherwise. */
const sessionOf = (request: FastifyRequest) => request.session as unknown as FastifySession

describe.each(versions)('the session on %s', (_, fastify) => {
  async function login(options = {}) {
    let work: (session: FastifySession, request: FastifyRequest) => unknown = () => {}
    const app = await start(
      fastify,
      app => {
        app.get('/login', async request => {
          request.session.user = 'Ada'
          return 'hello'
        })
        app.get('/', async request => ({ answer: await work(sessionOf(request), request) }))
      },
      options,
    )
    const { cookie } = await app.get('/login')
    return {
      ...app,
      cookie,
      /** Does this in a request of the user. */
      async within(task: typeof work) {
        work = task
        const reply = await app.get('/', cookie)
        return { ...reply, answer: JSON.parse(reply.text).answer }
      },
    }
  }

  it('get, set: are the properties of the session', async () => {
    const { within, store } = await login()
    const { answer } = await within(session => {
      session.set('views', 2)
      return [session.get('user'), session.views, session.get('cart') ?? 'none']
    })
    expect(answer).toEqual(['Ada', 2, 'none'])
    expect(dataIn(store)).toEqual([{ user: 'Ada', views: 2 }])
  })

  it('JSON: has the data and the cookie, and no method', async () => {
    const { within } = await login()
    const { answer } = await within(session => [JSON.stringify(session), Object.keys(session).sort()])
    expect(Object.keys(JSON.parse(answer[0])).sort()).toEqual(['cookie', 'user'])
    expect(answer[1]).toEqual(['cookie', 'user'])
  })

  it('sessionId, encryptedSessionId: are what the cookie says', async () => {
    const { within, cookie, store } = await login()
    const { answer } = await within(session => [session.sessionId, session.id, session.encryptedSessionId])
    const [id] = [...store.rows.keys()] as [string]
    const signature = createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '')
    expect(answer).toEqual([id, id, `${id}.${signature}`])
    expect(decodeURIComponent(cookie)).toBe(`connect.sid=s:${id}.${signature}`)
  })

  it('isModified: tells whether this request has changed something', async () => {
    const { within } = await login()
    const { answer } = await within(session => {
      const before = session.isModified()
      session.views = 1
      const after = session.isModified()
      delete session.views
      return [before, after, session.isModified()]
    })
    expect(answer).toEqual([false, true, false])
  })

  it('isSaved: tells whether save() has stored it', async () => {
    const { within, store } = await login()
    const { answer } = await within(async session => {
      session.views = 1
      const before = session.isSaved()
      await session.save()
      return [before, session.isSaved(), dataIn(store)]
    })
    expect(answer).toEqual([false, true, [{ user: 'Ada', views: 1 }]])
  })

  it('isSaved: stays false when save() fails, which ends no process where nobody awaits it', async () => {
    const { within, store } = await login({ onSaveError: 'continue' })
    const { answer } = await within(async session => {
      store.failing = { all: new Error('store down') }
      session.views = 1
      void session.save()
      const message = await session.save().then(
        () => 'saved',
        error => error.message,
      )
      store.failing = {}
      return [message, session.isSaved()]
    })
    expect(answer).toEqual(['store down', false])
  })

  it('regenerate: carries over the keys that it is given, as an array or as an option', async () => {
    const { within, store } = await login()
    const [before] = store.rows.keys()
    const { answer, setCookie } = await within(async (session, request) => {
      session.views = 3
      await session.regenerate(['user'])
      return [session.user, session.views ?? 'none', sessionOf(request) === session]
    })
    expect(answer).toEqual(['Ada', 'none', true])
    expect([...store.rows.keys()]).not.toContain(before)
    expect(setCookie).toHaveLength(1)
    expect(dataIn(store)).toEqual([{ user: 'Ada' }])
  })

  it('regenerate: begins an empty session where it is given nothing', async () => {
    const { within, store } = await login()
    const { answer } = await within(async session => {
      await session.regenerate()
      session.set('views', 1)
      return session.user ?? 'nobody'
    })
    expect(answer).toBe('nobody')
    expect(dataIn(store)).toEqual([{ views: 1 }])
  })

  it('reload: takes what another request has stored', async () => {
    const { within, store } = await login()
    const { answer } = await within(async session => {
      session.user = 'Grace'
      for (const row of store.rows.values()) row.data = row.data.replace('Ada', 'Eve')
      await session.reload()
      return session.user
    })
    expect(answer).toBe('Eve')
  })

  it('touch, options: begin the lifetime anew, and change it', async () => {
    const { within, store } = await login({ cookie: { maxAge: 60_000 } })
    const { setCookie } = await within(session => {
      session.touch()
      session.options({ maxAge: 3_600_000, secure: 'auto', path: '/shop' })
      return session.cookie.secure
    })
    expect(setCookie).toEqual([expect.stringMatching(/^connect\.sid=.*Path=\/shop;.*Expires=/)])
    expect(setCookie[0]).not.toMatch(/Secure/)
    const [row] = store.rows.values()
    expect(row!.expires - Date.now()).toBeGreaterThan(3_000_000)
  })

  it('callbacks: save, reload, regenerate and destroy take them as their last argument', async () => {
    const { within, store } = await login()
    const { answer } = await within(async session => {
      const call = (work: (done: (error?: unknown) => void) => void) =>
        new Promise<string>(resolve => work(error => resolve(error ? 'failed' : 'done')))
      session.views = 1
      return [
        await call(done => session.save(done)),
        session.isSaved(),
        await call(done => session.reload(done)),
        await call(done => session.regenerate(['user'], done)),
        session.user,
        await call(done => session.regenerate(done)),
        await call(done => session.destroy(done)),
      ]
    })
    expect(answer).toEqual(['done', true, 'done', 'done', 'Ada', 'done', 'done'])
    expect(store.rows.size).toBe(0)
  })

  it('destroy: request.session is gone at once, and tells whether it was there', async () => {
    const { within } = await login()
    const { answer } = await within(async (session, request) => [
      await session.destroy(),
      typeof request.session,
    ])
    expect(answer).toEqual([true, 'undefined'])
  })

  it('request.session: may be put into its own place', async () => {
    const { within, store } = await login()
    await within((session, request) => {
      Object.assign(request, { session })
      session.views = 1
    })
    expect(dataIn(store)).toEqual([{ user: 'Ada', views: 1 }])
  })

  it('request.session: something else in its place is an error', async () => {
    const { within, store } = await login()
    const { status, text } = await within((_session, request) => {
      Object.assign(request, { session: { user: 'Eve' } })
    })
    expect([status, JSON.parse(text).code]).toEqual([500, 'ERR_SESSION_NOT_A_SESSION'])
    expect(dataIn(store)).toEqual([{ user: 'Ada' }])
  })

  it('request.sessionStore: is the store', async () => {
    const { within, store } = await login()
    const { answer } = await within((_session, request) => (request.sessionStore as unknown) === store)
    expect(answer).toBe(true)
  })
})
