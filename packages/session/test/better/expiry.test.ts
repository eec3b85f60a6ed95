import { setTimeout as sleep } from 'node:timers/promises'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'
import type { MemoryStore, Store } from '../support/types.ts'

/** Keeps the expiry beside the data, as many stores do: a touch moves it, and the data keeps that of the last write. */
function staleStore(): MemoryStore {
  const store = storeWith(ours)
  const ends = new Map<string, number>()
  const { get, set } = store
  const note = (id: string, data: { cookie: { expires?: unknown } }) =>
    ends.set(id, new Date(data.cookie.expires as string).valueOf())
  store.set = (id, data, done) => {
    note(id, data)
    const cookie = { ...JSON.parse(JSON.stringify(data.cookie)) }
    return set.call(store, id, { ...data, cookie }, done)
  }
  store.touch = (id, data, done) => {
    if (ends.has(id)) note(id, data)
    setImmediate(() => done?.())
  }
  store.get = (id, done) => {
    if (!((ends.get(id) ?? 0) > Date.now())) return setImmediate(done)
    // Its own clean-up goes by the expiry beside the data.
    const text = store.sessions[id]
    return text ? setImmediate(done, null, JSON.parse(text)) : get.call(store, id, done)
  }
  return store
}

const stores: [string, () => Store][] = [
  ['a store that gives a stale expiry', staleStore],
  ['MemoryStore', () => storeWith(ours)],
  ['a RecordStore', () => new MapStore() as never],
  ['SqliteStore', () => sqlite() as never],
]

function sqlite(): SqliteStore {
  const store = SqliteStore.open(':memory:')
  onTestFinished(() => store.close())
  return store
}

/** Milliseconds. Half of it is for a machine that is busy. */
const MAX_AGE = 2000

describe.each(stores)('%s', (_, makeStore) => {
  it('expiry: a manual save of a session older than its first maxAge keeps the user logged in', async () => {
    const left: number[] = []
    const handler: Listener = async (req, res) => {
      if (req.url === '/login') req.session.user = 'Ada'
      left.push(req.session.cookie.maxAge ?? 0)
      if (req.url === '/save') await req.session.save()
      res.end(String(req.session.user))
    }
    const options = { store: makeStore(), resave: false, saveUninitialized: false, rolling: true }
    const app = await start(ours, handler, { ...options, cookie: { maxAge: MAX_AGE } })
    let cookie = await app.get('/login')
    for (const path of ['/', '/', '/save', '/']) {
      await sleep(MAX_AGE / 2)
      cookie = await app.get(path, { cookie })
      expect(cookie.text).toBe('Ada')
    }
    expect(Math.min(...left)).toBeGreaterThan(0)
  })

  it('expiry: a session that nobody uses ends all the same', async () => {
    const handler: Listener = (req, res) => {
      if (req.url === '/login') req.session.user = 'Ada'
      res.end(String(req.session.user))
    }
    const options = { store: makeStore(), resave: false, saveUninitialized: false }
    const app = await start(ours, handler, { ...options, cookie: { maxAge: MAX_AGE } })
    const cookie = await app.get('/login')
    await sleep(MAX_AGE / 5)
    expect((await app.get('/', { cookie })).text).toBe('Ada')
    await sleep(MAX_AGE + 200)
    expect((await app.get('/', { cookie })).text).toBe('undefined')
  })

  it('expiry: what the application has set survives a save', async () => {
    const handler: Listener = async (req, res) => {
      if (req.url === '/login') req.session.user = 'Ada'
      if (req.url === '/remember') {
        req.session.cookie.maxAge = 600_000
        await req.session.save()
      }
      res.end(String(req.session.cookie.originalMaxAge))
    }
    const options = { store: makeStore(), resave: false, saveUninitialized: false }
    const app = await start(ours, handler, { ...options, cookie: { maxAge: 60_000 } })
    const cookie = await app.get('/login')
    await app.get('/remember', { cookie })
    expect((await app.get('/', { cookie })).text).toBe('600000')
  })
})
