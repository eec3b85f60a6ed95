import { honoStore } from '@coatcheck/hono'
import { MemoryStore } from '@coatcheck/store-memory'
import { Hono } from 'hono'
import { type Session, sessionMiddleware } from 'hono-sessions'
import { describe, expect, it } from 'vitest'
import { MapStore } from '../../session/test/support/map-backend.ts'
import { cookieOf } from './support/app.ts'

interface Env {
  Variables: {
    session: Session<{ user: string; views: number; note: string }>
    session_key_rotation: boolean
  }
}

function start<S extends MapStore | MemoryStore>(store: S, options: object = {}) {
  const app = new Hono<Env>()
  let pass: Promise<void> | undefined
  app.onError((error, c) => c.text(`error: ${error.message}`, 500))
  app.use(sessionMiddleware({ store: honoStore(store), ...options }))
  app.get('/count', async c => {
    const session = c.get('session')
    session.set('views', (session.get('views') ?? 0) + 1)
    if (c.req.query('wait')) await pass
    return c.text(`views: ${session.get('views')}`)
  })
  app.get('/flash', c => {
    c.get('session').flash('note', 'saved')
    return c.text('ok')
  })
  app.get('/note', c => c.text(c.get('session').get('note') ?? 'none'))
  app.get('/rotate', c => {
    c.set('session_key_rotation', true)
    return c.text('rotated')
  })
  app.get('/logout', c => {
    c.get('session').deleteSession()
    return c.text('bye')
  })
  return {
    store,
    hold() {
      let open = () => {}
      pass = new Promise(resolve => {
        open = resolve
      })
      return () => open()
    },
    async get(path: string, cookie = '') {
      const response = await app.request(path, { headers: { cookie } })
      return { text: await response.text(), cookie: cookieOf(response).split('; ').at(-1) || cookie }
    },
  }
}

describe.each([
  ['MapStore', () => new MapStore()],
  ['MemoryStore', () => new MemoryStore()],
])('hono-sessions on honoStore(%s)', (_, make) => {
  it('session: is kept, flashes once, gets another id, and ends', async () => {
    const { get } = start(make())
    const { cookie } = await get('/count')
    expect((await get('/count', cookie)).text).toBe('views: 2')
    await get('/flash', cookie)
    expect((await get('/note', cookie)).text).toBe('saved')
    expect((await get('/note', cookie)).text).toBe('none')
    const rotated = await get('/rotate', cookie)
    expect(rotated.cookie).not.toBe(cookie)
    expect((await get('/count', cookie)).text).toBe('views: 1')
    expect((await get('/count', rotated.cookie)).text).toBe('views: 3')
    await get('/logout', rotated.cookie)
    expect((await get('/count', rotated.cookie)).text).toBe('views: 1')
  })
})

it('lifetime: that of hono-sessions, which each request restarts', async () => {
  const { get, store } = start(new MapStore(), { expireAfterSeconds: 60 })
  const { cookie } = await get('/count')
  const [row] = store.rows.values()
  expect(row!.expires - Date.now()).toBeGreaterThan(50_000)
  expect(row!.expires - Date.now()).toBeLessThanOrEqual(60_000)
  row!.expires = Date.now() + 30_000
  await get('/count', cookie)
  expect([...store.rows.values()][0]!.expires - Date.now()).toBeGreaterThan(50_000)
})

it('lifetime: that of the store where hono-sessions has none', async () => {
  const { get, store } = start(new MapStore({ ttl: 120_000 }))
  await get('/count')
  const left = [...store.rows.values()][0]!.expires - Date.now()
  expect(left).toBeGreaterThan(100_000)
  expect(left).toBeLessThanOrEqual(120_000)
})

it('stored: the data of hono-sessions and nothing that it does not know', async () => {
  const { get, store } = start(new MapStore())
  const { cookie } = await get('/count')
  const seen = await honoStore(store).getSessionById([...store.rows.keys()][0])
  expect(Object.keys(seen!).sort()).toEqual(['_accessed', '_data', '_delete', '_expire', '_id'])
  expect(cookie).not.toBe('')
})

it('logout: is final, whichever request ends last', async () => {
  const { get, hold, store } = start(new MapStore())
  const { cookie } = await get('/count')
  const open = hold()
  const late = get('/count?wait=1', cookie)
  await expect
    .poll(() => store.calls.filter(call => call === 'read').length, { timeout: 30_000 })
    .toBeGreaterThan(0)
  await get('/logout', cookie)
  open()
  expect((await late).text).toBe('views: 2')
  expect(store.rows.size).toBe(0)
})

it('failure: a store that cannot write fails the request', async () => {
  const { get, store } = start(new MapStore())
  const { cookie } = await get('/count')
  store.failing = { update: new Error('disk full') }
  expect((await get('/count', cookie)).text).toBe('error: disk full')
})
