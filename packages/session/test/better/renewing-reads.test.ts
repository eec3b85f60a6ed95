import { setTimeout as sleep } from 'node:timers/promises'
import type { Renewal, StoredRecord } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { type Listener, signed, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'
import type { Session } from '../support/types.ts'

const MINUTE = 60_000

/** Its reads renew. */
class RenewingStore extends MapStore {
  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const record = await super._read(sid)
    if (!record || !renewal || !record.data.startsWith(renewal.prefix)) return record
    this.rows.get(sid)!.expires = Date.now() + renewal.ttl
    this.calls.push('renewed')
    return { ...record, renewed: true }
  }

  /** Milliseconds until the only session expires. */
  get left(): number {
    return [...this.rows.values()][0]!.expires - Date.now()
  }
}

const handler: Listener = async (req, res) => {
  const { session } = req
  if (req.url === '/login') session.user = 'Ada'
  if (req.url === '/write') session.user = 'Grace'
  if (req.url === '/shorter') session.cookie.maxAge = MINUTE / 2
  if (req.url === '/until') session.cookie.expires = new Date(Date.now() + MINUTE / 2)
  if (req.url === '/slow') await sleep(20)
  if (req.url === '/reload') await new Promise(resolve => session.reload(resolve))
  res.end(req.url === '/left' ? String(session.cookie.maxAge) : session.user)
}

/** An app with one session, half of whose lifetime is over. */
async function startHalfway(options: object = {}, lifetime: number | undefined = MINUTE) {
  const store = new RenewingStore({ ttl: MINUTE })
  const cookie = { maxAge: lifetime }
  const app = await start(ours, handler, {
    store,
    resave: false,
    saveUninitialized: false,
    cookie,
    ...options,
  })
  const browser = await app.get('/login')
  for (const row of store.rows.values()) row.expires -= (lifetime ?? MINUTE) / 2
  store.calls.length = 0
  return { app, store, cookie: browser }
}

describe('a read that renews', () => {
  it.each([MINUTE, undefined])('read: a request asks the store once, with maxAge %s', async lifetime => {
    const { app, store, cookie } = await startHalfway({}, lifetime)
    expect((await app.get('/', { cookie })).text).toBe('Ada')
    expect(store.calls).toEqual(['read', 'renewed'])
    expect(store.left).toBeGreaterThan(MINUTE - 5000)
  })

  it('read: what the application sees is what was left before', async () => {
    const { app, cookie } = await startHalfway()
    const left = Number((await app.get('/left', { cookie })).text)
    expect(left).toBeLessThanOrEqual(MINUTE / 2)
    expect(left).toBeGreaterThan(MINUTE / 4)
  })

  it('write: is written, and not touched', async () => {
    const { app, store, cookie } = await startHalfway()
    await app.get('/write', { cookie })
    expect(store.calls).toEqual(['read', 'renewed', 'update'])
    expect([...store.rows.values()][0]!.data).toContain('Grace')
  })

  it.each(['/shorter', '/until'])('%s: another lifetime is given to the store in the end', async path => {
    const { app, store, cookie } = await startHalfway()
    await app.get(path, { cookie })
    expect(store.calls).toEqual(['read', 'renewed', 'touch'])
    expect(store.left).toBeLessThanOrEqual(MINUTE / 2)
  })

  it('slow: a request that lasts a while touches in the end', async () => {
    const { app, store, cookie } = await startHalfway({}, 1000)
    await app.get('/slow', { cookie })
    expect(store.calls).toEqual(['read', 'renewed', 'touch'])
  })

  it('reload: the session that was put in place is touched', async () => {
    const { app, store, cookie } = await startHalfway()
    await app.get('/reload', { cookie })
    expect(store.calls).toEqual(['read', 'renewed', 'read', 'touch'])
  })

  it('a session of another lifetime is touched in the end', async () => {
    const { app, store, cookie } = await startHalfway()
    for (const row of store.rows.values()) row.data = row.data.replace(String(MINUTE), String(MINUTE * 2))
    await app.get('/', { cookie })
    expect(store.calls).toEqual(['read', 'touch'])
    expect(store.left).toBeGreaterThan(MINUTE)
  })
})

describe('after the response', () => {
  it.each([{}, { touchAfter: 1000 }])(
    'save: writes what is in the session by then, with %o',
    async options => {
      const store = new RenewingStore()
      let kept: Session | undefined
      const keep: Listener = (req, res) => {
        if (req.url === '/login') req.session.user = 'Ada'
        kept = req.session
        res.end()
      }
      const common = { store, resave: false, saveUninitialized: false, cookie: { maxAge: MINUTE } }
      const app = await start(ours, keep, { ...common, ...options })
      await app.get('/', { cookie: await app.get('/login') })
      expect(store.calls.at(-1)).toBe('touchAfter' in options ? 'read' : 'renewed')
      kept!.user = 'Grace'
      await new Promise(resolve => kept!.save(resolve))
      expect([...store.rows.values()][0]!.data).toContain('Grace')
    },
  )
})

describe('a read that does not renew', () => {
  it.each<[string, object]>([
    ['resave', { resave: true }],
    ['rolling', { rolling: true }],
    ['touchAfter', { touchAfter: 1000 }],
    ['a cookie by request', { cookie: () => ({ maxAge: MINUTE }) }],
  ])('with %s the end of the request decides', async (_, options) => {
    const { app, store, cookie } = await startHalfway(options)
    await app.get('/', { cookie })
    expect(store.calls).toEqual(['read', 'resave' in options ? 'update' : 'touch'])
  })

  it('a request that is not safe, which most likely writes', async () => {
    const { app, store, cookie } = await startHalfway()
    await app.get('/', { method: 'POST', cookie })
    expect(store.calls).toEqual(['read', 'touch'])
  })

  it.each(['get', 'touch'] as const)('a store whose %s was replaced is called as ever', async method => {
    const { app, store, cookie } = await startHalfway()
    const called: unknown[][] = []
    const original = store[method] as (...args: unknown[]) => void
    store[method] = ((...args: unknown[]) => {
      called.push(args)
      return original.apply(store, args)
    }) as never
    await app.get('/', { cookie })
    expect(store.calls).toEqual(['read', 'touch'])
    expect(called).toEqual([[expect.any(String), ...called[0]!.slice(1)]])
    expect(called[0]).toHaveLength(method === 'get' ? 2 : 3)
  })

  it('a store of others is asked with an id and a callback', async () => {
    const store = storeWith(ours, { known: { user: 'Ada' } })
    const lengths: number[] = []
    const { get } = store
    store.get = function (this: typeof store, ...args: Parameters<typeof get>) {
      lengths.push(args.length)
      return get.apply(this, args)
    } as typeof get
    const app = await start(ours, handler, { store, resave: false, cookie: { maxAge: MINUTE } })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('Ada')
    expect(lengths).toEqual([2])
  })
})

describe('session.MemoryStore', () => {
  it('read: a request moves the end, and changes nothing else', async () => {
    const store = storeWith(ours)
    const options = { store, resave: false, saveUninitialized: false, cookie: { maxAge: MINUTE } }
    const app = await start(ours, handler, options)
    const cookie = await app.get('/login')
    const { sessions } = store as unknown as { sessions: Record<string, string> }
    const [sid] = Object.keys(sessions) as [string]
    const half = new Date(Date.now() + MINUTE / 2).toISOString()
    const before = sessions[sid]!.replace(/"expires":"[^"]*"/, `"expires":"${half}"`)
    sessions[sid] = before
    expect(Number((await app.get('/left', { cookie })).text)).toBeLessThanOrEqual(MINUTE / 2)
    const after = JSON.parse(sessions[sid]!)
    expect(new Date(after.cookie.expires).valueOf()).toBeGreaterThan(Date.now() + MINUTE - 5000)
    after.cookie.expires = half
    expect(after).toEqual(JSON.parse(before))
  })

  it('get: with renew an end moves, and a date in the data does not', async () => {
    const store = storeWith(ours) as never as {
      sessions: Record<string, string>
      get(sid: string, callback: undefined, options: object): Promise<object>
    }
    const past = '2001-01-01T00:00:00.000Z'
    const data = { ticket: { expires: past }, note: `,"expires":"${past}"` }
    const text = JSON.stringify({ cookie: { originalMaxAge: MINUTE, path: '/' }, ...data })
    store.sessions.a = text
    expect(await store.get('a', undefined, { renew: MINUTE })).toMatchObject(data)
    expect(store.sessions.a).toBe(text)
  })

  it.each([
    ['none, which is what was asked for', null, true],
    ['one, which the read would leave', new Date(Date.now() + MINUTE).toISOString(), false],
  ])('get: with renew and a cookie without a lifetime: its end is %s', async (_, expires, renewed) => {
    const store = storeWith(ours) as never as {
      sessions: Record<string, string>
      get(sid: string, callback: undefined, options: object): Promise<object>
    }
    store.sessions.a = JSON.stringify({ cookie: { originalMaxAge: null, expires, path: '/' } })
    const session = await store.get('a', undefined, { renew: null })
    expect((session as Record<symbol, unknown>)[Symbol.for('coatcheck.read')]).toMatchObject({ renewed })
  })
})
