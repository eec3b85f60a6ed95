import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deferred, type Listener, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import type { Options } from '../support/types.ts'

const stores: [string, () => MapStore | SqliteStore][] = [
  ['a RecordStore', () => new MapStore()],
  [
    'SqliteStore',
    () => {
      const store = SqliteStore.open(':memory:')
      onTestFinished(() => store.close())
      return store
    },
  ],
]

/** A request that has read the session is overtaken by a logout. */
async function overtaken(store: object, work: Listener, options: Options = {}) {
  const [arrived, release] = [deferred(), deferred()]
  const handler: Listener = async (req, res) => {
    if (req.url === '/login') req.session.user = 'Ada'
    if (req.url === '/logout') await req.session.destroy()
    if (req.url === '/slow') {
      arrived.resolve()
      await release.promise
      return work(req, res)
    }
    res.end(String(req.session?.user))
  }
  const heard: { code?: string }[] = []
  const onError = (error: { code?: string }) => heard.push(error)
  const app = await start(ours, handler, {
    store,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    onError,
    ...options,
  })
  const cookie = await app.get('/login')
  const slow = app.get('/slow', { cookie })
  await arrived.promise
  await app.get('/logout', { cookie })
  release.resolve()
  const reply = await slow
  const after = await app.get('/', { cookie })
  return { reply, user: after.text, heard, errors: app.errors }
}

const work: [string, Listener][] = [
  [
    'writes',
    (req, res) => {
      req.session.visits = 1
      res.end('done')
    },
  ],
  ['only reads', (_req, res) => res.end('done')],
  [
    'writes after an explicit head',
    (req, res) => {
      res.writeHead(200)
      req.session.visits = 1
      res.end('done')
    },
  ],
]
const modes = ['overwrite', 'merge', 'error', (_base: object, mine: object) => mine]

describe.each(stores)('%s', (_, makeStore) => {
  describe.each(work)('a request that %s', (_, handler) => {
    it.each(modes)('gone: does not bring a destroyed session back, with conflict %o', async conflict => {
      const { reply, user, errors } = await overtaken(makeStore(), handler, { conflict })
      expect(user).toBe('undefined')
      expect([reply.text, reply.setCookie]).toEqual(['done', []])
      expect(errors).toEqual([])
    })

    it('gone: nor with resave', async () => {
      const { reply, user } = await overtaken(makeStore(), handler, { resave: true })
      expect([user, reply.setCookie]).toEqual(['undefined', []])
    })
  })

  it('gone: changes that are dropped are told to onError', async () => {
    const { heard } = await overtaken(makeStore(), work[0]![1])
    expect(heard).toMatchObject([{ code: 'ERR_SESSION_GONE' }])
  })

  it('gone: a manual save is told of it', async () => {
    let code: unknown
    const { user } = await overtaken(makeStore(), async (req, res) => {
      req.session.visits = 1
      code = await (req.session.save() as Promise<void>).catch(error => error.code)
      res.end()
    })
    expect([code, user]).toEqual(['ERR_SESSION_GONE', 'undefined'])
  })

  it('gone: regenerate with keep carries nothing over, and says so', async () => {
    let code: unknown
    const { user, reply } = await overtaken(makeStore(), async (req, res) => {
      const { session } = req
      const options = { keep: true } as never
      code = await (session.regenerate(options) as unknown as Promise<void>).catch(error => error.code)
      res.end(String(req.session.user))
    })
    expect([code, reply.text, user]).toEqual(['ERR_SESSION_GONE', 'undefined', 'undefined'])
  })

  it('gone: a save after the same request has destroyed the session does not bring it back', async () => {
    const handler: Listener = async (req, res) => {
      const { session } = req
      if (req.url === '/login') {
        session.user = 'Ada'
        await session.save()
      }
      if (req.url !== '/') {
        await session.destroy()
        const code = await (session.save() as Promise<void>).catch(error => error.code)
        return res.end(code)
      }
      res.end(String(session.user))
    }
    const store = makeStore()
    const app = await start(ours, handler, { store, resave: false, saveUninitialized: false })
    expect((await app.get('/login')).text).toBe('ERR_SESSION_GONE')
    expect(await store.length()).toBe(0)
  })

  it('gone: nor does one of a session that this request has made', async () => {
    const saved = deferred()
    const release = deferred()
    const handler: Listener = async (req, res) => {
      if (req.url === '/logout') {
        await req.session.destroy()
        return res.end()
      }
      req.session.user = 'Ada'
      await req.session.save()
      res.write(req.session.id)
      saved.resolve()
      await release.promise
      req.session.visits = 1
      res.end()
    }
    const store = makeStore()
    const app = await start(ours, handler, { store, resave: false, saveUninitialized: false })
    const streaming = app.get('/login')
    await saved.promise
    const id = (await store.ids())[0]!
    await store.destroy(id)
    release.resolve()
    await streaming
    expect(await store.ids()).toEqual([])
  })
})
