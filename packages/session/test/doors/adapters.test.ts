import '../support/silence.ts'
import { inspect } from 'node:util'
import { createSessions, type FetchSessionOptions, PAGE_HEADERS } from '@coatcheck/session/fetch'
import { expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'

/** What a framework calls its request. */
interface Context {
  readonly tenant: string
}

const SECRET = 'a secret of thirty-two characters'
const context: Context = { tenant: 'acme' }

function sessionsOf(options: Partial<FetchSessionOptions<Context>>, store: MapStore = new MapStore()) {
  return createSessions<{ who: string }, Context>({ secret: SECRET, store, secure: false, ...options })
}

function requestWith(cookie = ''): Request {
  return new Request('http://localhost/', { headers: { cookie } })
}

function cookieIn(response: Response): string {
  return response.headers.getSetCookie()[0]!.split(';')[0]!
}

it('origin: every function of the request is given what the framework calls its request', async () => {
  const given: unknown[] = []
  const store = new MapStore()
  const sessions = sessionsOf(
    {
      genid: origin => {
        given.push(['genid', origin])
        return 'an-id'
      },
      cookie: origin => {
        given.push(['cookie', origin])
        return { secure: 'auto' }
      },
      secure: origin => {
        given.push(['secure', origin])
        return false
      },
      onError: (_, origin) => given.push(['onError', origin]),
      onStoreUnavailable(_, origin) {
        given.push(['onStoreUnavailable', origin])
        return 'skip'
      },
    },
    store,
  )
  const opened = await sessions.open(requestWith(), context)
  expect(opened.request).toBe(context)
  opened.session!.who = 'Ada'
  store.failing = { write: new Error('disk full') }
  await opened.commit(new Response('sorry', { status: 500 }))
  store.failing = { all: new Error('store down') }
  store.emit('disconnect')
  await sessions.open(requestWith(), context)
  const names = ['genid', 'cookie', 'secure', 'onError', 'onStoreUnavailable']
  for (const name of names) expect(given).toContainEqual([name, context])
  expect(given.filter(one => (one as unknown[])[1] !== context)).toEqual([])
})

it('isNew: a session that was begun is new, and one that the cookie leads to is not', async () => {
  const sessions = sessionsOf({})
  const first = await sessions.open(requestWith(), context)
  expect(first.isNew).toBe(true)
  first.session!.who = 'Ada'
  const cookie = cookieIn(await first.commit(new Response()))
  const second = await sessions.open(requestWith(cookie), context)
  expect(second.isNew).toBe(false)
  await second.session!.regenerate()
  expect(second.isNew).toBe(true)
})

it('isNew: a session whose id was replaced is not new for a client with the old cookie', async () => {
  const sessions = sessionsOf({})
  const first = await sessions.open(requestWith(), context)
  first.session!.who = 'Ada'
  const old = cookieIn(await first.commit(new Response()))
  const second = await sessions.open(requestWith(old), context)
  await second.session!.regenerate({ keep: true, grace: 10_000 })
  await second.commit(new Response())
  const late = await sessions.open(requestWith(old), context)
  expect([late.isNew, late.session!.who]).toEqual([false, 'Ada'])
})

it('isNew: without a session there is no new one', async () => {
  const sessions = sessionsOf({ cookie: { path: '/shop' } })
  const opened = await sessions.open(requestWith(), context)
  expect([opened.isNew, opened.session]).toEqual([false, undefined])
})

it('page headers: those of an abandoned page are lower-case names', () => {
  expect(PAGE_HEADERS).toContain('location')
  expect(PAGE_HEADERS.filter(name => name !== name.toLowerCase())).toEqual([])
})

it('console.log: shows what the session holds', async () => {
  const { session } = await sessionsOf({}).open(requestWith(), context)
  session!.who = 'Ada'
  expect(inspect(session)).toContain("who: 'Ada'")
  expect(Object.getOwnPropertySymbols(session)).toEqual([])
  await session!.destroy()
  expect(inspect(session)).toBe('undefined')
})
