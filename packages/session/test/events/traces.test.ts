import { AsyncLocalStorage } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import { createSessions } from '@coatcheck/session/fetch'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cookieOf, type Handler } from '../doors/door.ts'
import { fetchDoor } from '../doors/fetch-door.ts'
import { nodeDoor } from '../doors/node-door.ts'
import { start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'
import { doFirst, hear, hearTraces } from './heard.ts'

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd']
const events = (operation: string) => EVENTS.map(event => `${operation}:${event}`)
const names = (heard: { name: string }[]) => heard.map(({ name }) => name)

const site: Handler = async exchange => {
  const { path, session } = exchange
  if (!session) return { body: 'no session' }
  if (path === '/put') session.put = Math.random()
  if (path === '/login') await session.regenerate()
  if (path === '/logout') await session.destroy()
  return { body: 'page' }
}

describe.each([nodeDoor, fetchDoor])('traces of $name', door => {
  it('a request without a session is not traced, because it does nothing', async () => {
    const heard = hearTraces()
    const app = await door.start(site, { store: new MapStore() })
    await app.request('/')
    expect(heard).toEqual([])
  })

  it.each([
    ['/', ['load', 'touch']],
    ['/put', ['load', 'save']],
    ['/login', ['load', 'regenerate', 'save']],
    ['/logout', ['load', 'destroy']],
  ])('%s is traced as %s, each from its start to its end', async (path, operations) => {
    const app = await door.start(site, { store: new MapStore() })
    const cookie = cookieOf(await app.request('/put'))
    const heard = hearTraces()
    await app.request(path, { cookie, method: 'POST' })
    expect(names(heard)).toEqual(operations.flatMap(events))
    const ends = heard.filter(({ name }) => name.endsWith(':asyncEnd'))
    expect(ends).toEqual(
      operations.map(operation => ({
        name: `${operation}:asyncEnd`,
        operation,
        session: expect.any(String),
        present: operation === 'save' ? undefined : true,
        touched: operation === 'load' ? false : undefined,
        error: undefined,
      })),
    )
  })

  it('a load tells that there was no session', async () => {
    const store = new MapStore()
    const app = await door.start(site, { store })
    const cookie = cookieOf(await app.request('/put'))
    store.rows.clear()
    const heard = hearTraces(['load'])
    await app.request('/', { cookie })
    expect(heard.at(-1)).toMatchObject({ name: 'load:asyncEnd', present: false, error: undefined })
  })

  it('a failure is published with its name and code, without its text', async () => {
    const store = new MapStore()
    const app = await door.start(site, { store, onError: () => {}, onStoreUnavailable: 'skip' })
    const cookie = cookieOf(await app.request('/put'))
    store.failing = { read: Object.assign(new RangeError(`no ${[...store.rows.keys()]}`), { code: '57P03' }) }
    const heard = hearTraces()
    await app.request('/', { cookie })
    expect(names(heard)).toEqual(['load:start', 'load:end', 'load:error', 'load:asyncStart', 'load:asyncEnd'])
    expect(heard.at(-1)).toMatchObject({ present: undefined, error: { name: 'RangeError', code: '57P03' } })
    expect(JSON.stringify(heard)).not.toContain([...store.rows.keys()][0])
  })

  it('what is bound to the start of a load is not there in the handler: the rest of a request is no part of it', async () => {
    const span = new AsyncLocalStorage<string>()
    const own = new AsyncLocalStorage<string>()
    const start = channel('tracing:coatcheck:load:start')
    start.bindStore(span, () => 'load')
    onTestFinished(() => void start.unbindStore(span))
    const seen: unknown[] = []
    const store = new MapStore()
    doFirst(store, '_read', () => seen.push(span.getStore(), own.getStore()))
    const app = await door.start(
      exchange => {
        seen.push(span.getStore(), own.getStore())
        return site(exchange)
      },
      { store },
    )
    const cookie = cookieOf(await app.request('/put'))
    seen.length = 0
    await own.run('request', () => app.request('/', { cookie }))
    const request = door === fetchDoor ? 'request' : undefined
    expect(seen).toEqual(['load', request, undefined, request])
  })
})

it('memory store: a load that has also touched the session says so, and the request has no touch', async () => {
  const app = await nodeDoor.start(site, { store: storeWith(ours) as never })
  const cookie = cookieOf(await app.request('/put'))
  const heard = hearTraces()
  await app.request('/', { cookie })
  expect(names(heard)).toEqual(events('load'))
  expect(heard.at(-1)).toMatchObject({ present: true, touched: true })
})

it('rotation: one regenerate is traced, and no save of its own', async () => {
  const store = new MapStore()
  const sessions = createSessions({ secret: 'a secret of thirty-two characters', store })
  const first = await sessions.open(new Request('http://localhost/'))
  Object.assign(first.session as object, { user: 'Ada' })
  const response = await first.commit(new Response())
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] as string
  const opened = await sessions.open(new Request('http://localhost/', { headers: { cookie } }))
  const heard = hearTraces()
  await opened.session?.regenerate({ keep: true, grace: 1000 })
  expect(names(heard)).toEqual(events('regenerate'))
})

it('update: a change outside of a request is traced, with its failure', async () => {
  const store = new MapStore()
  await store.set('an-id-of-a-session', { cookie: { originalMaxAge: null } } as never)
  const heard = hearTraces()
  await store.update('an-id-of-a-session', session => ({ ...session, plan: 'gold' }))
  expect(names(heard)).toEqual(events('update'))
  heard.length = 0
  await expect(store.update('an-id-of-none', session => session)).rejects.toThrow()
  expect(heard.at(-1)).toMatchObject({ error: { name: 'SessionError', code: 'ERR_SESSION_GONE' } })
})

it('expired: sessions that this process removes are counted', async () => {
  const store = new MapStore()
  const heard = hear(['expired'])
  for (const sid of ['one', 'two']) await store.set(sid, {} as never, { ttl: 60_000 })
  await store.prune()
  expect(heard).toEqual([])
  for (const row of store.rows.values()) row.expires = 0
  await store.prune()
  expect(heard).toEqual([{ name: 'expired', count: 2, session: undefined }])
  await store.set('three', {} as never, { ttl: 60_000 })
  await store.set('three', {} as never, { ttl: 0 })
  expect(heard[1]).toEqual({ name: 'expired', count: 1, session: expect.any(String) })
})

it('rejected: a cookie that cookie-parser has parsed as well is announced once', async () => {
  const heard = hear(['rejected'])
  const app = await start(
    ours,
    (_, res) => res.end(),
    { resave: false, saveUninitialized: false },
    {
      before: req => void Object.assign(req, { cookies: { 'connect.sid': 's:known.wrong' } }),
    },
  )
  await app.get('/', { cookie: 'connect.sid=s%3Aknown.wrong' })
  expect(heard).toEqual([{ name: 'rejected', reason: 'signature', session: undefined }])
  await app.get('/')
  expect(heard).toHaveLength(2)
})
