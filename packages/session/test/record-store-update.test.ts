import type { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it } from 'vitest'
import { type Listener, start } from './support/http.ts'
import type { MapStore } from './support/map-backend.ts'
import { ours } from './support/ours.ts'
import { quiet, recordStores } from './support/overtaken.ts'

type Store = MapStore | SqliteStore
const cookie = (maxAge = 60_000) => ({
  originalMaxAge: maxAge,
  expires: new Date(Date.now() + maxAge),
  httpOnly: true,
  path: '/',
})
const session = (data: object) => ({ cookie: cookie(), ...data }) as never
const add = (data: Record<string, unknown>) => {
  data.n = Number(data.n) + 1
}

async function read(store: Store): Promise<Record<string, unknown> | undefined> {
  return (await store.get('a')) as never
}

describe.each(recordStores)('update on %s', (_, makeStore) => {
  it('update: changes the session in place, and gives it', async () => {
    const store = makeStore()
    await store.set('a', session({ n: 1 }))
    expect(await store.update('a', add)).toMatchObject({ n: 2 })
    expect(await read(store)).toMatchObject({ n: 2 })
  })

  it('update: takes what the function gives, by promise too; without a cookie the old one stays', async () => {
    const store = makeStore()
    await store.set('a', session({ n: 1, dropped: true }))
    const before = (await read(store))?.cookie as { expires?: unknown }
    await store.update('a', async ({ n }) => ({ n: Number(n) + 1 }))
    const { cookie, ...data } = (await read(store)) as unknown as { cookie: { expires?: unknown } }
    expect(data).toEqual({ n: 2 })
    // A database tells what is left of the lifetime, so the expiry differs by milliseconds from read to read.
    expect(cookie).toEqual({ ...before, expires: expect.anything() })
    const moved = Date.parse(String(cookie.expires)) - Date.parse(String(before.expires))
    expect(Math.abs(moved)).toBeLessThan(5000)
  })

  it('update: answers by callback where there is one', async () => {
    const store = makeStore()
    await store.set('a', session({ n: 1 }))
    const answer = await new Promise(resolve => {
      expect(store.update('a', add, (error, data) => resolve([error, data?.n]))).toBeUndefined()
    })
    expect(answer).toEqual([null, 2])
  })

  it('update: thirty at once lose nothing', async () => {
    const store = makeStore()
    await store.set('a', session({ n: 0 }))
    await Promise.all(Array.from({ length: 30 }, () => store.update('a', add)))
    expect(await read(store)).toMatchObject({ n: 30 })
  })

  it('update: a session that is not there, or is lost on the way, is told', async () => {
    const store = makeStore()
    await expect(store.update('a', add)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    await store.set('a', session({ n: 1 }))
    const lost = store.update('a', async data => {
      await store.destroy('a')
      add(data)
    })
    await expect(lost).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(await read(store)).toBeUndefined()
  })

  it('update: gives up when others are always faster', async () => {
    const store = makeStore()
    await store.set('a', session({ n: 0 }))
    let tries = 0
    const hopeless = store.update('a', async data => {
      await store.set('a', session({ n: ++tries * 1000 }))
      add(data)
    })
    await expect(hopeless).rejects.toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect([tries, await read(store)]).toMatchObject([50, { n: 50_000 }])
  })

  it('update: what the function throws is the error, and nothing is written', async () => {
    const store = makeStore()
    await store.set('a', session({ n: 1 }))
    const failing = store.update('a', data => {
      add(data)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await read(store)).toMatchObject({ n: 1 })
  })

  it('update: the lifetime stays, also of a cookie that ends with the browser', async () => {
    const store = makeStore()
    const left = async () => {
      for await (const { ttl } of (
        store as unknown as { _entries(): AsyncIterable<{ ttl: number }> }
      )._entries())
        return ttl
      return undefined
    }
    await store.set('a', session({ n: 1 }))
    await store.update('a', add)
    expect(await left()).toBeLessThanOrEqual(60_000)
    await store.set('a', { cookie: { originalMaxAge: null, expires: null, path: '/' }, n: 1 } as never)
    await store.touch('a', session({}))
    await store.update('a', add)
    expect(await left()).toBeLessThanOrEqual(60_000)
  })

  it('update: a cookie that the function gives decides the lifetime', async () => {
    const store = makeStore()
    await store.set('a', session({ n: 1 }))
    await store.update('a', data => ({ ...data, cookie: cookie(600_000) }))
    const stored = (await read(store)) as { cookie: { expires: string } }
    expect(Date.parse(stored.cookie.expires) - Date.now()).toBeGreaterThan(500_000)
  })

  it('update: beside requests that merge, both changes stay', async () => {
    const store = makeStore()
    const handler: Listener = async (req, res) => {
      if (req.url === '/work') {
        await store.update(req.session.id, data => void Object.assign(data, { job: true }))
      }
      req.session[req.url!] = true
      res.end(JSON.stringify(req.session))
    }
    const app = await start(ours, handler, { store, ...quiet, conflict: 'merge' })
    const begun = await app.get('/begin')
    await app.get('/work', { cookie: begun })
    const { text } = await app.get('/end', { cookie: begun })
    expect(JSON.parse(text)).toMatchObject({ '/begin': true, '/work': true, job: true })
  })

  it('update: follows an id that was replaced', async () => {
    const store = makeStore()
    let old = ''
    const handler: Listener = async (req, res) => {
      if (req.url === '/rotate') {
        old = req.session.id
        await (req.session.regenerate as (o: object) => unknown)({ keep: true, grace: 60_000 })
      }
      req.session[req.url!] = true
      res.end(JSON.stringify(req.session))
    }
    const app = await start(ours, handler, { store, ...quiet })
    const rotated = await app.get('/rotate', { cookie: await app.get('/begin') })
    await store.update(old, data => void Object.assign(data, { job: true }))
    const { text } = await app.get('/end', { cookie: rotated })
    expect(JSON.parse(text)).toMatchObject({ '/begin': true, job: true })
  })
})
