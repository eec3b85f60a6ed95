import { koaStore } from '@coatcheck/koa'
import { MemoryStore } from '@coatcheck/store-memory'
import type Koa from 'koa'
import genericSession from 'koa-generic-session'
import koaSession from 'koa-session'
import { describe, expect, it } from 'vitest'
import { dataIn, MapStore } from '../../session/test/support/map-backend.ts'
import { clientOf } from './support/app.ts'
import { versions } from './support/versions.ts'

const HOUR = 3_600_000

/** A wait of a handler until the test lets it go on. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { open, opened }
}

/** The pages of an app on either package. */
async function serve(app: Koa, pages: Record<string, (ctx: Koa.Context) => unknown> = {}) {
  app.use(ctx => {
    const page = pages[ctx.path]
    if (page) return page(ctx)
    if (ctx.path === '/logout') ctx.session = null
    else if (ctx.path === '/count') ctx.session.views = (ctx.session.views ?? 0) + 1
    ctx.body = `views: ${ctx.session?.views}`
  })
  return clientOf(app)
}

function withKoaSession(koa: () => Koa, store: MapStore | MemoryStore, options: object = {}): Koa {
  const app = koa()
  app.keys = ['a secret of thirty-two characters']
  app.use(koaSession({ store: koaStore(store), ...options }, app))
  return app
}

function withGenericSession(koa: () => Koa, store: MapStore | MemoryStore, options: object = {}): Koa {
  const app = koa()
  app.keys = ['a secret of thirty-two characters']
  app.use(genericSession({ store: koaStore(store), ...options }))
  return app
}

const packages = [
  ['koa-session', withKoaSession],
  ['koa-generic-session', withGenericSession],
] as const

describe.each(versions)('on %s', (_, koa) => {
  describe.each(packages)('%s', (_, app) => {
    it.each([
      ['MapStore', () => new MapStore()],
      ['MemoryStore', () => new MemoryStore()],
    ])('session: is kept in %s until it ends', async (_, make) => {
      const { get } = await serve(app(koa, make()))
      const { cookie } = await get('/count')
      expect((await get('/count', cookie)).text).toBe('views: 2')
      expect((await get('/', cookie)).text).toBe('views: 2')
      await get('/logout', cookie)
      expect((await get('/', cookie)).text).toBe('views: undefined')
    })

    it('logout: is final, whichever request ends last', async () => {
      const store = new MapStore()
      const { open, opened } = gate()
      const { get } = await serve(app(koa, store), {
        async '/slow'(ctx) {
          ctx.session.views = 7
          await opened
          ctx.body = 'slow'
        },
      })
      const { cookie } = await get('/count')
      const late = get('/slow', cookie)
      await expect.poll(() => store.calls.filter(call => call === 'read').length, { timeout: 30_000 }).toBe(1)
      await get('/logout', cookie)
      open()
      expect((await late).status).toBe(500)
      expect(store.rows.size).toBe(0)
    })

    it('failure: a store that is away fails the request', async () => {
      const store = new MapStore()
      const { get } = await serve(app(koa, store))
      const { cookie } = await get('/count')
      store.failing = { all: new Error('store down') }
      expect((await get('/count', cookie)).status).toBe(500)
    })
  })
})

const [[, koa]] = versions as [(typeof versions)[0]]

describe('koa-session', () => {
  it('lifetime: is that of koa-session, and each save restarts it', async () => {
    const store = new MapStore()
    const { get } = await serve(withKoaSession(koa, store, { maxAge: HOUR }))
    const { cookie } = await get('/count')
    const left = () => [...store.rows.values()][0]!.expires - Date.now()
    // koa-session lets the stored session live ten seconds longer than the cookie.
    expect(left()).toBeGreaterThan(HOUR - 60_000)
    expect(left()).toBeLessThanOrEqual(HOUR + 10_000)
    for (const row of store.rows.values()) row.expires = Date.now() + 30_000
    await get('/count', cookie)
    expect(left()).toBeGreaterThan(HOUR - 60_000)
  })

  it("lifetime: maxAge 'session' is the store's", async () => {
    const store = new MapStore({ ttl: HOUR })
    const { get } = await serve(withKoaSession(koa, store, { maxAge: 'session' }))
    const { cookie } = await get('/count')
    expect([...store.rows.values()][0]!.expires - Date.now()).toBeLessThanOrEqual(HOUR)
    expect((await get('/count', cookie)).text).toBe('views: 2')
  })

  it('stored: the data of koa-session, by the names that a listing knows', async () => {
    const store = new MapStore()
    const { get } = await serve(withKoaSession(koa, store))
    await get('/count')
    expect(dataIn(store)).toEqual([{ views: 1, _expire: expect.any(Number), _maxAge: 86_400_000 }])
  })

  it('regenerate: the old id ends', async () => {
    const store = new MapStore()
    const { get } = await serve(withKoaSession(koa, store), {
      async '/login'(ctx) {
        await ctx.session.regenerate()
        ctx.body = 'new'
      },
    })
    const old = (await get('/count')).cookie
    const { cookie } = await get('/login', old)
    expect((await get('/', old)).text).toBe('views: undefined')
    expect((await get('/', cookie)).text).toBe('views: 1')
  })

  it('logout: a request that only reads is answered, and does not bring the session back', async () => {
    const store = new MapStore()
    const { open, opened } = gate()
    const { get } = await serve(withKoaSession(koa, store, { rolling: true }), {
      async '/slow'(ctx) {
        await opened
        ctx.body = `views: ${ctx.session.views}`
      },
    })
    const { cookie } = await get('/count')
    const late = get('/slow', cookie)
    await expect.poll(() => store.calls.filter(call => call === 'read').length, { timeout: 30_000 }).toBe(1)
    await get('/logout', cookie)
    open()
    expect(await late).toMatchObject({ status: 200, text: 'views: 1' })
    expect(store.rows.size).toBe(0)
  })
})

describe('koa-generic-session', () => {
  it('cookie: its attributes are kept, and each save restarts the lifetime', async () => {
    const store = new MapStore()
    const { get } = await serve(withGenericSession(koa, store, { cookie: { maxAge: HOUR } }), {
      '/cookie'(ctx) {
        ctx.body = ctx.session.cookie
      },
    })
    const { cookie } = await get('/count')
    const seen = JSON.parse((await get('/cookie', cookie)).text)
    expect(seen).toMatchObject({ httpOnly: true, path: '/', maxAge: HOUR })
    expect(seen).not.toHaveProperty('expires')
    expect(seen).not.toHaveProperty('originalMaxAge')
    for (const row of store.rows.values()) row.expires = Date.now() + 30_000
    await get('/count', cookie)
    expect([...store.rows.values()][0]!.expires - Date.now()).toBeGreaterThan(HOUR - 60_000)
  })

  it('two requests at once: the later one wins, and neither fails', async () => {
    const store = new MapStore()
    const { open, opened } = gate()
    const { get } = await serve(withGenericSession(koa, store), {
      async '/slow'(ctx) {
        ctx.session.views = 7
        await opened
        ctx.body = 'slow'
      },
    })
    const { cookie } = await get('/count')
    const late = get('/slow', cookie)
    await expect.poll(() => store.calls.filter(call => call === 'read').length, { timeout: 30_000 }).toBe(1)
    expect((await get('/count', cookie)).text).toBe('views: 2')
    open()
    expect((await late).status).toBe(200)
    expect((await get('/', cookie)).text).toBe('views: 7')
  })

  it('events: a store that is away makes requests wait, as koa-generic-session does', async () => {
    const store = new MapStore()
    const { get } = await serve(withGenericSession(koa, store, { reconnectTimeout: 60_000 }))
    store.emit('disconnect')
    let answered = false
    const waiting = get('/').then(answer => {
      answered = true
      return answer
    })
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(answered).toBe(false)
    store.emit('connect')
    expect((await waiting).status).toBe(200)
  })
})
