import { describe, expect, it } from 'vitest'
import { cookieOf, type Door, type Handler } from '../doors/door.ts'
import { fetchDoor } from '../doors/fetch-door.ts'
import { nodeDoor } from '../doors/node-door.ts'
import { MapStore } from '../support/map-backend.ts'
import { doFirst, hear, hearTraces } from './heard.ts'

const data = (session: object) => session as Record<string, unknown>

/** Notes the ids of all its sessions. */
class NotingStore extends MapStore {
  readonly noted = new Set<string>()

  protected override _write(sid: string, data: string, ttl: number): Promise<void> {
    this.noted.add(sid)
    return super._write(sid, data, ttl)
  }
}

/** What `/slow` waits for. */
let before: () => unknown = () => {}

const site: Handler = async exchange => {
  const { path, session } = exchange
  if (!session) return { body: 'no session' }
  if (path === '/cart') data(session).cart = ['coat']
  if (path === '/login') {
    await session.regenerate({ keep: ['cart'] })
    data(exchange.session as object).user = 'Ada Lovelace'
  }
  if (path === '/login-at-once') await session.regenerate({ data: { user: 'Ada Lovelace' } })
  if (path === '/rotate') await session.regenerate({ keep: true, grace: 60_000 })
  if (path === '/logout') await session.destroy()
  if (path === '/null') exchange.session = null
  if (path === '/reload') await session.reload()
  if (path === '/slow') {
    data(session).slow = 'yes'
    await before()
  }
  return { body: 'page' }
}

/** A cookie whose last character, a part of the signature, is another. */
function forged(cookie: string): string {
  // In the id: the signature has escapes, and half an escape is no signature.
  const at = cookie.indexOf('%3A') + '%3A'.length
  return cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1)
}

const start = (door: Door, store = new MapStore(), options = {}) => door.start(site, { store, ...options })

describe.each([nodeDoor, fetchDoor])('events of $name', door => {
  it('created: a session is announced once, when it is first stored', async () => {
    const heard = hear()
    const app = await start(door)
    await app.request('/')
    expect(heard).toEqual([])
    const cookie = cookieOf(await app.request('/cart'))
    await app.request('/cart', { cookie })
    await app.request('/slow', { cookie })
    expect(heard).toEqual([{ name: 'created', session: expect.stringMatching(/^[\w-]{16}$/) }])
  })

  it.each(['/login', '/login-at-once', '/rotate'])(
    'renewed: %s tells which session has which new id',
    async path => {
      const heard = hear()
      const app = await start(door)
      const cookie = cookieOf(await app.request('/cart'))
      await app.request(path, { cookie, method: 'POST' })
      const [{ session: previous }, ...rest] = heard as unknown as [{ session: string }]
      const { session } = rest.find(({ name }: { name?: string }) => name === 'renewed') as never
      expect(session).not.toBe(previous)
      expect(rest).toHaveLength(3)
      expect(rest).toEqual(
        expect.arrayContaining([
          { name: 'created', session },
          { name: 'renewed', session, previous },
          { name: 'destroyed', session: previous, reason: 'replaced' },
        ]),
      )
    },
  )

  it('renewed: a login without an earlier session is only a new session', async () => {
    const heard = hear()
    const app = await start(door)
    await app.request('/login', { method: 'POST' })
    expect(heard.map(({ name }) => name)).toEqual(['created'])
    await app.request('/login-at-once', { method: 'POST' })
    expect(heard.map(({ name }) => name)).toEqual(['created', 'created'])
  })

  it.each(['/logout', '/null'])(
    'destroyed: %s is announced once, with the reference of its session',
    async path => {
      const heard = hear()
      const app = await start(door)
      const cookie = cookieOf(await app.request('/cart'))
      await app.request(path, { cookie, method: 'POST' })
      await app.request(path, { method: 'POST' })
      expect(heard).toEqual([
        { name: 'created', session: expect.any(String) },
        { name: 'destroyed', session: heard[0]?.session, reason: 'destroyed' },
      ])
    },
  )

  it('rejected: the reason tells a forged cookie from one without a signature and one of an ended session', async () => {
    const heard = hear(['rejected'])
    const app = await start(door)
    const cookie = cookieOf(await app.request('/cart'))
    await app.request('/', { cookie: forged(cookie) })
    await app.request('/', { cookie: 'connect.sid=guessed' })
    await app.request('/logout', { cookie, method: 'POST' })
    await app.request('/', { cookie })
    expect(heard).toEqual([
      { name: 'rejected', reason: 'signature', session: undefined },
      { name: 'rejected', reason: 'malformed', session: undefined },
      { name: 'rejected', reason: 'unknown', session: expect.any(String) },
    ])
  })

  it('revival refused: a save and a touch of a session that another request has ended are announced', async () => {
    const heard = hear(['created', 'revival-refused'])
    for (const path of ['/slow', '/reload']) {
      const store = new MapStore()
      const app = await start(door, store, { onError: () => {} })
      const cookie = cookieOf(await app.request('/cart'))
      before = () => store.clear()
      doFirst(store, '_touch', () => store.rows.clear())
      await app.request(path, { cookie, method: 'POST' })
    }
    expect(heard).toEqual([
      { name: 'created', session: expect.any(String) },
      { name: 'revival-refused', session: heard[0]?.session, operation: 'save' },
      { name: 'created', session: expect.any(String) },
      { name: 'revival-refused', session: heard[2]?.session, operation: 'touch' },
    ])
  })

  it('revival refused: a login that would keep the data of an ended session is announced', async () => {
    const heard = hear(['revival-refused'])
    const store = new MapStore()
    const app = await start(door, store, { onError: () => {} })
    const cookie = cookieOf(await app.request('/cart'))
    doFirst(store, '_destroy', () => store.rows.clear())
    await app.request('/login', { cookie, method: 'POST' })
    expect(heard).toEqual([{ name: 'revival-refused', session: expect.any(String), operation: 'regenerate' }])
  })

  it('conflict: a save that met the changes of another process tells how many keys both have changed', async () => {
    const heard = hear(['created', 'conflict'])
    const store = new MapStore()
    const app = await start(door, store)
    const cookie = cookieOf(await app.request('/cart'))
    before = () => {
      for (const row of store.rows.values()) row.data = row.data.replace('"cart"', '"slow":"no","cart"')
    }
    await app.request('/slow', { cookie, method: 'POST' })
    expect(heard).toEqual([
      { name: 'created', session: expect.any(String) },
      { name: 'conflict', session: heard[0]?.session, retries: 1, keys: 1, saved: true },
    ])
  })

  it('corrupt: a session that cannot be decoded is announced with its reference', async () => {
    const heard = hear(['created', 'corrupt'])
    const store = new MapStore()
    const app = await start(door, store, { onError: () => {} })
    const cookie = cookieOf(await app.request('/cart'))
    for (const row of store.rows.values()) row.data = '{"cart":['
    await app.request('/', { cookie })
    expect(heard[1]).toEqual({ name: 'corrupt', session: heard[0]?.session })
    expect(heard).toHaveLength(2)
  })

  it('no message has an id, data or the text of an error, whatever happens', async () => {
    const heard = [hear(), hearTraces()]
    const store = new NotingStore()
    const app = await start(door, store, { onError: () => {} })
    let cookie = cookieOf(await app.request('/cart'))
    for (const path of ['/', '/reload', '/login', '/rotate', '/login-at-once', '/slow', '/logout', '/']) {
      const sid = [...store.rows.keys()].at(-1) as string
      store.failing = path === '/slow' ? { update: new Error(`duplicate key ${sid} Ada Lovelace`) } : {}
      cookie = cookieOf(await app.request(path, { cookie, method: 'POST' }), cookie)
    }
    const everything = JSON.stringify(heard)
    expect(everything.length).toBeGreaterThan(2000)
    expect(everything).not.toMatch(/coat"|Ada|Lovelace|duplicate/)
    for (const id of store.noted) expect(everything).not.toContain(id.slice(0, 8))
    expect(store.noted.size).toBeGreaterThan(3)
  })
})
