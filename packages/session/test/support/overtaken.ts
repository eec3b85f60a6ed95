import type { RecordStoreOptions } from '@coatcheck/session'
import { SqliteStore } from '@coatcheck/store-sqlite'
import memorystore from 'memorystore'
import { onTestFinished } from 'vitest'
import { deferred, type Listener, type Reply, start } from './http.ts'
import { MapStore } from './map-backend.ts'
import { ours } from './ours.ts'
import { oldStyleStore, synchronousStore } from './own-stores.ts'
import { SEALED } from './sealed.ts'
import type { Options } from './types.ts'

function sqlite(options?: RecordStoreOptions): SqliteStore {
  const store = SqliteStore.open(':memory:', options)
  onTestFinished(() => store.close())
  return store
}

export const recordStores: [string, () => MapStore | SqliteStore][] = [
  ['a RecordStore', () => new MapStore()],
  ['SqliteStore', () => sqlite()],
  ['SqliteStore, hashed and encrypted', () => sqlite(SEALED)],
]

/** Stores whose `set` brings back what was destroyed. */
export const foreignStores: [string, () => object][] = [
  ['MemoryStore', () => new ours.MemoryStore()],
  ['a store that calls back at once', () => synchronousStore(ours)],
  ['a store without touch', () => oldStyleStore(ours)],
  ['memorystore', () => new (memorystore(ours as never))({}) as object],
]

export const quiet: Options = { resave: false, saveUninitialized: false }

export const json = (req: Parameters<Listener>[0]): string => {
  const { cookie: _, ...data } = JSON.parse(JSON.stringify(req.session ?? { none: true }))
  return JSON.stringify(data)
}

export interface Overtaken {
  /** What the request that was overtaken answered. */
  slow: Reply
  /** What the one that overtook it answered. */
  fast: Reply
  /** The session that the old cookie leads to, and that of the cookie which the slow and the fast one have sent. */
  old: Record<string, unknown>
  bySlow: Record<string, unknown>
  byFast: Record<string, unknown>
  /** What `onError` has heard. */
  heard: { code?: string }[]
  errors: unknown[]
}

/** A request has read the session {user, cart}; another one comes and goes; then the first one does its work. */
export async function overtake(
  store: object,
  fast: Listener,
  slow: Listener,
  options: Options = {},
): Promise<Overtaken> {
  const [arrived, release] = [deferred(), deferred()]
  const handler: Listener = async (req, res) => {
    if (req.url === '/begin') Object.assign(req.session, { user: 'Ada', cart: 1 })
    if (req.url === '/fast') await fast(req, res)
    if (req.url === '/slow') {
      arrived.resolve()
      await release.promise
      await slow(req, res)
    }
    if (!res.writableEnded) res.end(json(req))
  }
  const heard: { code?: string }[] = []
  const onError = (error: { code?: string }) => heard.push(error)
  const app = await start(ours, handler, { store, ...quiet, onError, ...options })
  const cookie = await app.get('/begin')
  const slowReply = app.get('/slow', { cookie })
  await arrived.promise
  const fastReply = await app.get('/fast', { cookie })
  release.resolve()
  const reply = await slowReply
  const look = async (holder: Reply) =>
    JSON.parse((await app.get('/', { cookie: holder.setCookie.length ? holder : cookie })).text)
  return {
    slow: reply,
    fast: fastReply,
    old: JSON.parse((await app.get('/', { cookie })).text),
    bySlow: await look(reply),
    byFast: await look(fastReply),
    heard,
    errors: app.errors,
  }
}
