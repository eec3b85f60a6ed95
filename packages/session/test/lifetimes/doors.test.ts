import { MemoryStore, type RecordStore } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { cookieOf, type Door, type Handler } from '../doors/door.ts'
import { fetchDoor } from '../doors/fetch-door.ts'
import { nodeDoor } from '../doors/node-door.ts'
import { MapStore } from '../support/map-backend.ts'
import { MINUTE, useClock } from './clock.ts'

const HOUR = 60 * MINUTE

const site: Handler = async exchange => {
  const { path, session } = exchange
  if (!session) return { body: 'no session' }
  if (path === '/login') await session.regenerate({ data: { user: 'Ada' } })
  if (path === '/anew') await session.regenerate()
  if (path === '/keep') await session.regenerate({ keep: true })
  if (path === '/rotate') await session.regenerate({ keep: true, grace: 2 * HOUR })
  if (path === '/again') await session.regenerate({ keep: ['cart'], data: { user: 'Ada' } })
  const now = exchange.session as NonNullable<typeof session>
  if (path === '/write') now.count = Number(now.count ?? 0) + 1
  if (path === '/longer') now.cookie.maxAge = 5 * HOUR
  if (path === '/touch') (now as unknown as { touch(): void }).touch()
  if (path === '/reload') await now.reload()
  if (path.startsWith('/set/')) {
    for (const key of Object.keys(now)) if (key !== 'cookie') delete now[key]
    Object.assign(now, JSON.parse(decodeURIComponent(path.slice(5))))
    now.user = 'Ada'
  }
  const { createdAt } = now as unknown as { createdAt: Date }
  const isFresh = now.isFresh as (ms: number) => boolean
  const fresh = isFresh.call(now, 5 * MINUTE)
  return { body: JSON.stringify({ user: now.user ?? null, created: createdAt.toISOString(), fresh }) }
}

const makers: [string, () => RecordStore][] = [
  ['a RecordStore', () => new MapStore()],
  ['MemoryStore', () => new MemoryStore() as never],
]

const cases = [nodeDoor, fetchDoor].flatMap(door =>
  makers.map(([name, make]) => [`${door.name}, ${name}`, door, make] as const),
)

describe.each(cases)('%s', (_, door: Door, make) => {
  const clock = useClock()

  async function visitor(options: object = {}) {
    const store = make()
    const app = await door.start(site, {
      store,
      absoluteTimeout: HOUR,
      cookie: { maxAge: 30 * MINUTE },
      ...options,
    })
    let cookie = ''
    return {
      store,
      async get(path = '/') {
        const reply = await app.request(path, { cookie })
        cookie = cookieOf(reply, cookie)
        return { ...JSON.parse(reply.text), setCookie: reply.setCookie }
      },
      /** When the store ends its sessions. */
      async ends() {
        if (store instanceof MapStore) return [...store.rows.values()].map(({ expires }) => expires)
        const { sessions } = store as unknown as MemoryStore
        return Object.values(sessions).map(text => Date.parse(JSON.parse(text).cookie.expires))
      },
    }
  }

  it('absoluteTimeout: a session in use ends, and its user gets a new one', async () => {
    const ada = await visitor()
    const { created } = await ada.get('/login')
    for (let i = 0; i < 5; i++) {
      clock.pass(11 * MINUTE)
      expect(await ada.get(i % 2 ? '/write' : '/')).toMatchObject({ user: 'Ada', created })
    }
    clock.pass(5 * MINUTE)
    const late = await ada.get()
    expect(late.user).toBeNull()
    expect(Date.parse(late.created)).toBe(Date.now())
  })

  it.each(['/', '/write', '/touch', '/longer', '/reload', '/keep', '/rotate'])(
    'absoluteTimeout: %s does not let the store keep a session beyond its end',
    async path => {
      const ada = await visitor()
      const { created } = await ada.get('/login')
      const end = Date.parse(created) + HOUR
      for (let i = 0; i < 3; i++) {
        clock.pass(15 * MINUTE)
        const reply = await ada.get(path)
        expect(reply).toMatchObject({ user: 'Ada', created })
        for (const line of reply.setCookie) {
          expect(Date.parse(/Expires=([^;]+)/.exec(line)?.[1] as string)).toBeLessThanOrEqual(end)
        }
        for (const expiry of await ada.ends()) expect(expiry).toBeLessThanOrEqual(end)
      }
      clock.pass(15 * MINUTE)
      expect((await ada.get()).user).toBeNull()
    },
  )

  it('absoluteTimeout: a session without maxAge ends too', async () => {
    const ada = await visitor({ cookie: {} })
    const { setCookie } = await ada.get('/login')
    expect(setCookie[0]).not.toMatch(/Expires/)
    if (ada.store instanceof MapStore) expect(await ada.ends()).toEqual([Date.now() + HOUR])
    clock.pass(HOUR - 1)
    expect((await ada.get()).user).toBe('Ada')
    clock.pass(1)
    expect((await ada.get()).user).toBeNull()
  })

  it('createdAt: a login and regenerate() start anew', async () => {
    const ada = await visitor()
    await ada.get('/login')
    for (const path of ['/again', '/login', '/anew']) {
      clock.pass(20 * MINUTE)
      expect(Date.parse((await ada.get(path)).created)).toBe(Date.now())
    }
  })

  it('isFresh: a session is fresh after a login, for as long as is asked', async () => {
    const ada = await visitor()
    expect((await ada.get('/login')).fresh).toBe(true)
    clock.pass(5 * MINUTE)
    expect((await ada.get()).fresh).toBe(true)
    clock.pass(1)
    expect((await ada.get('/keep')).fresh).toBe(false)
    expect((await ada.get('/login')).fresh).toBe(true)
  })

  it.each([[{ 'coatcheck.lifespan': '1/9999999999999' }], [{ createdAt: 5, isFresh: 1 }], [{}]])(
    'createdAt: data such as %j cannot change it',
    async data => {
      const ada = await visitor()
      const { created } = await ada.get('/login')
      clock.pass(20 * MINUTE)
      await ada.get(`/set/${encodeURIComponent(JSON.stringify(data))}`)
      clock.pass(20 * MINUTE)
      expect(await ada.get('/write')).toMatchObject({ user: 'Ada', created, fresh: false })
      for (const expiry of await ada.ends()) expect(expiry).toBe(Date.parse(created) + HOUR)
      clock.pass(20 * MINUTE)
      expect((await ada.get()).user).toBeNull()
    },
  )

  it('absoluteTimeout: another limit counts from the next request on', async () => {
    const ada = await visitor()
    await ada.get('/login')
    const [stricter] = [await door.start(site, { store: ada.store, absoluteTimeout: 10 * MINUTE })]
    clock.pass(10 * MINUTE)
    const cookie = cookieOf({ setCookie: (await ada.get('/keep')).setCookie } as never)
    expect(JSON.parse((await stricter.request('/', { cookie })).text).user).toBeNull()
  })
})
