import { describe, expect, it } from 'vitest'
import { type Listener, readId, signed, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { slowStore } from '../support/slow-store.ts'
import { peek, recordCalls, stored } from '../support/stores.ts'

describe('calls that nobody awaits are waited for', () => {
  it('in flight: a save', async () => {
    const store = slowStore(150)
    const calls = recordCalls(store)
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      req.session.save()
      res.end(req.session.id)
    }
    const app = await start(ours, handler, { store, resave: false, saveUninitialized: false })
    const reply = await app.get()
    expect(peek(store, reply.text)).toMatchObject({ user: 'Ada' })
    expect(calls).toEqual(['set'])
  })

  it('in flight: a save, and what has changed since is saved after it', async () => {
    const store = slowStore(50)
    const handler: Listener = (req, res) => {
      req.session.step = 1
      req.session.save()
      req.session.step = 2
      res.end(req.session.id)
    }
    const app = await start(ours, handler, { store })
    expect(peek(store, (await app.get()).text)).toMatchObject({ step: 2 })
  })

  it('in flight: a destroy', async () => {
    const store = slowStore(150)
    store.sessions.known = JSON.stringify(stored({ user: 'Ada' }))
    const handler: Listener = (req, res) => {
      req.session.destroy()
      res.end('bye')
    }
    const app = await start(ours, handler, { store })
    await app.get('/', { cookie: signed('known') })
    expect(peek(store, 'known')).toBeUndefined()
  })

  it('in flight: a regenerate, and the new session gets its cookie', async () => {
    const store = slowStore(100)
    store.sessions.known = JSON.stringify(stored({ user: 'Ada' }))
    const handler: Listener = (req, res) => {
      ;(req.session.regenerate as () => Promise<void>)()
      res.end('new')
    }
    const app = await start(ours, handler, { store })
    const id = readId(await app.get('/', { cookie: signed('known') }))
    expect(id).not.toBe('known')
    expect(peek(store, 'known')).toBeUndefined()
    expect(peek(store, id!)).toBeDefined()
  })
})

it('save: two at once are written one after the other, the later one last', async () => {
  const store = Object.assign(new MapStore(), { delay: 20 })
  const handler: Listener = async (req, res) => {
    req.session.step = 1
    const first = req.session.save()
    req.session.step = 2
    await Promise.all([first, req.session.save()])
    res.end(String(req.session.step))
  }
  const app = await start(ours, handler, { store, conflict: 'error' })
  const cookie = await app.get()
  expect(JSON.parse(store.rows.get(readId(cookie)!)!.data)).toMatchObject({ step: 2 })
  expect(app.errors).toEqual([])
})

it('save: one of the old session that fails does not cost the regenerated session', async () => {
  const store = Object.assign(new MapStore(), { delay: 10 })
  const handler: Listener = async (req, res) => {
    if (req.url === '/login') {
      const old = req.session
      await (old.regenerate as () => Promise<void>)()
      await Promise.resolve(old.save()).catch(() => {})
      req.session.user = 'Ada'
    } else {
      req.session.visits = 1
    }
    res.end(String(req.session.user))
  }
  const app = await start(ours, handler, { store, resave: false, saveUninitialized: false })
  const before = await app.get()
  const cookie = await app.get('/login', { cookie: before })
  expect((await app.get('/', { cookie })).text).toBe('Ada')
})
