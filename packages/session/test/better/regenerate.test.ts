import express from 'express'
import passport from 'passport'
import { describe, expect, it } from 'vitest'
import { type Listener, SECRET, serve, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { recordCalls, storeWith } from '../support/stores.ts'
import type { Session, Store } from '../support/types.ts'

type Regenerate = (options?: { keep?: boolean | string[] }, done?: (error?: unknown) => void) => Promise<void>

const stores: [string, () => Store][] = [
  ['MemoryStore', () => storeWith(ours)],
  ['a RecordStore', () => new MapStore() as never],
]

describe.each(stores)('regenerate on %s', (_, makeStore) => {
  /** A visitor with a cart and a theme logs in. */
  async function login(act: (session: Session) => unknown) {
    const store = makeStore()
    const handler: Listener = async (req, res) => {
      if (req.url === '/cart') {
        Object.assign(req.session, { cart: ['coat'], theme: 'dark' })
      } else if (req.url === '/login') {
        await act(req.session)
      }
      const { cookie: _, ...data } = JSON.parse(JSON.stringify(req.session))
      res.end(JSON.stringify(data))
    }
    const app = await start(ours, handler, { store, resave: false, saveUninitialized: false })
    const before = await app.get('/cart')
    const after = await app.get('/login', { cookie: before })
    return {
      login: JSON.parse(after.text),
      next: JSON.parse((await app.get('/', { cookie: after })).text),
      old: JSON.parse((await app.get('/', { cookie: before })).text),
    }
  }

  const all = { cart: ['coat'], theme: 'dark' }

  it.each([
    ['all of it', true, all],
    ['what is named', ['cart', 'missing'], { cart: ['coat'] }],
    ['nothing by default', undefined, {}],
    ['nothing with false', false, {}],
  ])('regenerate: keeps %s', async (_, keep, kept) => {
    const seen = await login(session =>
      (session.regenerate as Regenerate)(keep === undefined ? {} : { keep }),
    )
    expect(seen).toEqual({ login: kept, next: kept, old: {} })
  })

  it('regenerate: keeps data with a callback too', async () => {
    const seen = await login(
      session => new Promise(resolve => (session.regenerate as Regenerate)({ keep: true }, resolve)),
    )
    expect(seen).toEqual({ login: all, next: all, old: {} })
  })

  it('passport: logging in writes the session once', async () => {
    const store = makeStore()
    const calls = recordCalls(store)
    const app = express()
    app.use(ours({ secret: SECRET, store, resave: false, saveUninitialized: false }) as never)
    passport.serializeUser((user, done) => done(null, (user as { name: string }).name))
    passport.deserializeUser((name, done) => done(null, { name }))
    app.use(passport.session())
    app.get('/login', (req, res, next) => {
      req.login({ name: 'Ada' }, error => (error ? next(error) : res.redirect('/account')))
    })
    app.get('/logout', (req, res, next) => {
      req.logout(error => (error ? next(error) : res.redirect('/')))
    })
    app.get(
      '/account',
      (req, res) => void res.send((req.user as { name: string } | undefined)?.name ?? 'nobody'),
    )
    const client = await serve(app as unknown as Listener)

    const cookie = await client.get('/login')
    expect(cookie.status).toBe(302)
    expect(calls.filter(call => call === 'set')).toHaveLength(1)
    expect((await client.get('/account', { cookie })).text).toBe('Ada')
    const out = await client.get('/logout', { cookie })
    expect((await client.get('/account', { cookie })).text).toBe('nobody')
    expect((await client.get('/account', { cookie: out })).text).toBe('nobody')
  })
})

it('regenerate: followed by a save and a redirect, as in the guide of Express, writes once', async () => {
  const store = storeWith(ours)
  const handler: Listener = (req, res) => {
    req.session.regenerate(() => {
      req.session.user = 'Ada'
      req.session.save(() => res.writeHead(302, { Location: '/' }).end())
    })
  }
  const app = await start(ours, handler, { store, resave: false, saveUninitialized: false })
  const calls = recordCalls(store)
  await app.get('/login')
  expect(calls).toEqual(['destroy', 'set'])
})

it.each([
  { resave: false, saveUninitialized: false },
  { resave: true, saveUninitialized: true },
])('regenerate: one that fails leaves the old session and its cookie, with %o', async options => {
  const store = new MapStore()
  const handler: Listener = (req, res) => {
    if (req.url === '/') return res.end(String(req.session.user))
    if (req.url === '/login') {
      req.session.user = 'Ada'
      return res.end()
    }
    req.session.regenerate(() => {
      if (req.url === '/save') req.session.save(() => res.end())
      else res.end()
    })
  }
  const app = await start(ours, handler, { store: store as never, ...options })
  const cookie = await app.get('/login')
  store.failing = { destroy: new Error('store down') }
  expect((await app.get('/regenerate', { cookie })).setCookie).toEqual([])
  expect((await app.get('/', { cookie })).text).toBe('Ada')
  expect(store.rows.size).toBe(1)
  // What the application stores itself gets its cookie.
  expect((await app.get('/save', { cookie })).setCookie).toHaveLength(1)
  expect(store.rows.size).toBe(2)
})
