import { beforeAll, describe, expect, it } from 'vitest'
import { installBuilt, runModule } from '../support/child.ts'
import { type Listener, readId, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { slowStore } from '../support/slow-store.ts'
import { peek, storeWith } from '../support/stores.ts'

const METHODS = ['save', 'reload', 'regenerate', 'destroy'] as const

describe('promises', () => {
  it('promise: save has written the session when it resolves', async () => {
    const store = slowStore(30)
    const handler: Listener = async (req, res) => {
      req.session.user = 'Ada'
      await req.session.save()
      res.end(String(peek(store, req.session.id)?.user))
    }
    const app = await start(ours, handler, { store })
    expect((await app.get()).text).toBe('Ada')
  })

  it('promise: reload has put the stored session in place', async () => {
    const handler: Listener = async (req, res) => {
      req.session.user = 'Ada'
      await req.session.save()
      req.session.user = 'Eve'
      await (req.session.reload as () => Promise<void>)()
      res.end(String(req.session.user))
    }
    const app = await start(ours, handler)
    expect((await app.get()).text).toBe('Ada')
  })

  it('promise: regenerate has put a new session in place, and ended the old one', async () => {
    const store = storeWith(ours)
    const handler: Listener = async (req, res) => {
      req.session.user = 'Ada'
      await req.session.save()
      const before = req.session.id
      await (req.session.regenerate as () => Promise<void>)()
      res.end(
        JSON.stringify([req.session.id !== before, peek(store, before) ?? null, req.session.user ?? null]),
      )
    }
    const app = await start(ours, handler, { store })
    expect((await app.get()).text).toBe('[true,null,null]')
  })

  it('promise: destroy has removed the session', async () => {
    const store = slowStore(30)
    const handler: Listener = async (req, res) => {
      const { id } = req.session
      await req.session.save()
      await req.session.destroy()
      res.end(JSON.stringify([peek(store, id) ?? null, req.session ?? null]))
    }
    const app = await start(ours, handler, { store })
    expect((await app.get()).text).toBe('[null,null]')
  })

  it('promise: destroy tells whether the session was there', async () => {
    const store = new MapStore()
    const handler: Listener = async (req, res) => {
      if (req.url === '/login') req.session.user = 'Ada'
      if (req.url === '/elsewhere') await store.clear()
      res.end(req.url === '/login' ? '' : String(await req.session.destroy()))
    }
    const app = await start(ours, handler, { store, resave: false, saveUninitialized: false })
    expect((await app.get('/logout', { cookie: await app.get('/login') })).text).toBe('true')
    expect((await app.get('/elsewhere', { cookie: await app.get('/login') })).text).toBe('false')
  })

  it('promise: a failure of the store rejects', async () => {
    const store = storeWith(ours)
    for (const name of ['get', 'set', 'destroy']) {
      Object.assign(store, {
        [name]: (...args: unknown[]) => (args.at(-1) as (e: Error) => void)(new Error(name)),
      })
    }
    const handler: Listener = async (req, res) => {
      const told: string[] = []
      for (const name of METHODS) {
        await (req.session[name] as () => Promise<void>)().catch(error => told.push(error.message))
      }
      res.end(told.join())
    }
    const app = await start(ours, handler, { store })
    expect((await app.get()).text).toBe('set,get,destroy,destroy')
  })

  it('promise: reload of a session that is gone rejects', async () => {
    const handler: Listener = req => (req.session.reload as () => Promise<void>)()
    const app = await start(ours, handler)
    expect((await app.get()).text).toBe('failed to load session')
  })

  it('callback: each method gives the session back', async () => {
    const handler: Listener = (req, res) => {
      const { session } = req
      session.save(() => {})
      const same = METHODS.map(name => (session[name] as (done: () => void) => unknown)(() => {}) === session)
      res.end(same.join())
    }
    const app = await start(ours, handler)
    expect((await app.get()).text).toBe('true,true,true,true')
  })

  it('session: a session that was loaded outside of a request can be reloaded', async () => {
    const store = storeWith(ours, { known: { user: 'Ada' } })
    const req = { sessionID: 'known', sessionStore: store } as never as { session: { user: string } }
    const loaded = store.createSession(req as never, { ...peek(store, 'known')! })
    loaded.user = 'Eve'
    await (loaded.reload as () => Promise<void>)()
    expect(req.session.user).toBe('Ada')
  })
})

describe('genid', () => {
  it('genid: may be asynchronous', async () => {
    let made = 0
    const genid = async () => `id-${++made}`
    const app = await start(ours, (req, res) => res.end(req.session.id), { genid })
    const reply = await app.get()
    expect([reply.text, readId(reply)]).toEqual(['id-1', 'id-1'])
  })

  it('genid: may be asynchronous for regenerate', async () => {
    let made = 0
    const genid = async () => `id-${++made}`
    const handler: Listener = async (req, res) => {
      await (req.session.regenerate as () => Promise<void>)()
      res.end(req.session.id)
    }
    const app = await start(ours, handler, { genid })
    expect((await app.get()).text).toBe('id-2')
  })

  it('genid: a rejection is an error of the request', async () => {
    const genid = async () => {
      throw new Error('no ids left')
    }
    const app = await start(ours, (_req, res) => res.end(), { genid })
    expect((await app.get()).text).toBe('no ids left')
  })
})

describe('nobody awaits', () => {
  let folder: string
  beforeAll(async () => {
    folder = await installBuilt()
  })

  it.each(METHODS)('promise: an un-awaited %s that fails does not end the process', async method => {
    const { code, stdout, stderr } = await runModule(
      folder,
      `
      import { createServer } from 'node:http'
      import { once } from 'node:events'
      import session from '@coatcheck/session'
      const store = new session.MemoryStore()
      const fail = async () => { throw new Error('store down') }
      const told = []
      const middleware = session({
        secret: 'a secret of thirty-two characters', store, resave: false, saveUninitialized: false, onError: error => told.push(error.message),
      })
      const server = createServer((req, res) => middleware(req, res, error => {
        if (error) return res.end(error.message)
        Object.assign(store, { get: fail, set: fail, destroy: fail })
        req.session.${method}()
        res.end('served')
      })).listen(0)
      await once(server, 'listening')
      const answer = await fetch('http://127.0.0.1:' + server.address().port)
      const text = await answer.text()
      setTimeout(() => { console.log(text, told.join()); process.exit() }, 50)
    `,
    )
    expect(stderr).toBe('')
    expect([code, stdout]).toEqual([0, 'served store down\n'])
  })
})
