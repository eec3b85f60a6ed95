import { describe, expect, it } from 'vitest'
import { type Listener, readExpires, readId, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, peekOnly, recordCalls, storeWith } from '../support/stores.ts'

describe.each(implementations)('$name', ({ session }) => {
  const regenerate: Listener = (req, res) =>
    req.session.regenerate(error => res.end(error ? String(error) : req.session.id))

  it('regenerate: gives an empty session of another id, and its cookie', async () => {
    const store = storeWith(session, { known: { user: 'Ada' } })
    const handler: Listener = (req, res) =>
      req.session.regenerate(() => res.end(JSON.stringify([req.session.id, Object.keys(req.session)])))
    const app = await start(session, handler, { store })
    const reply = await app.get('/', { cookie: signed('known') })
    const [id, keys] = JSON.parse(reply.text)
    expect(id).not.toBe('known')
    expect(keys).toEqual(['cookie'])
    expect(readId(reply)).toBe(id)
  })

  it('regenerate: the old session is gone from the store, the new one is there', async () => {
    const store = storeWith(session, { known: { user: 'Ada' } })
    const app = await start(session, regenerate, { store })
    const { text: id } = await app.get('/', { cookie: signed('known') })
    expect(Object.keys(store.sessions)).toEqual([id])
  })

  it('regenerate: the old cookie opens nothing any more', async () => {
    const store = storeWith(session, { known: { user: 'Ada' } })
    const handler: Listener = (req, res) =>
      req.url === '/login' ? regenerate(req, res) : res.end(String(req.session.user))
    const app = await start(session, handler, { store })
    await app.get('/login', { cookie: signed('known') })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('undefined')
  })

  it('regenerate: what is put into the new session is saved', async () => {
    const store = storeWith(session, { known: {} })
    const handler: Listener = (req, res) =>
      req.session.regenerate(() => {
        req.session.user = 'Ada'
        res.end()
      })
    const app = await start(session, handler, { store })
    await app.get('/', { cookie: signed('known') })
    expect(peekOnly(store)).toMatchObject({ user: 'Ada' })
  })

  it.each([
    { resave: false, saveUninitialized: false },
    { resave: true, saveUninitialized: true },
  ])('regenerate: saves and sends even an empty session (%o)', async options => {
    const store = storeWith(session, { known: {} })
    const calls = recordCalls(store)
    const app = await start(session, regenerate, { store, ...options })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(calls).toEqual(['get', 'destroy', 'set'])
    expect(reply.setCookie).toHaveLength(1)
  })

  it('regenerate: req.sessionID and req.session are of the new session when it calls back', async () => {
    const handler: Listener = (req, res) => {
      const old = req.session
      req.session.regenerate(() =>
        res.end(
          JSON.stringify([req.session !== old, req.session.id !== old.id, req.sessionID === req.session.id]),
        ),
      )
    }
    const app = await start(session, handler)
    expect((await app.get()).text).toBe('[true,true,true]')
  })

  it('regenerate: answers with the session where it is given a callback, for chaining', async () => {
    const handler: Listener = (req, res) => {
      const old = req.session
      const answer = old.regenerate(() => res.end(String(answer === old)))
    }
    const app = await start(session, handler)
    expect((await app.get()).text).toBe('true')
  })

  it('regenerate: takes its id from genid', async () => {
    let count = 0
    const app = await start(session, regenerate, { genid: () => `id-${++count}` })
    expect((await app.get()).text).toBe('id-2')
  })

  it('regenerate: starts with the cookie options again', async () => {
    const store = storeWith(session, { known: { cookie: { ...livesFor(60_000), domain: 'old.example' } } })
    const app = await start(session, regenerate, { store, cookie: { maxAge: 600_000 } })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(reply.setCookie[0]).not.toContain('old.example')
    expect(readExpires(reply) - Date.now()).toBeGreaterThan(500_000)
  })

  it('regenerate: twice in a request leaves the last one', async () => {
    const store = storeWith(session, { known: {} })
    const handler: Listener = (req, res) => req.session.regenerate(() => regenerate(req, res))
    const app = await start(session, handler, { store })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(Object.keys(store.sessions)).toEqual([reply.text])
    expect(reply.setCookie).toHaveLength(1)
  })

  it('regenerate: the new session has all methods', async () => {
    const store = storeWith(session, { known: {} })
    const handler: Listener = (req, res) =>
      req.session.regenerate(() => {
        req.session.user = 'Ada'
        req.session.touch().save(() => req.session.reload(error => res.end(`${error} ${req.session.user}`)))
      })
    const app = await start(session, handler, { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('undefined Ada')
  })

  it('regenerate: and destroy leave nothing', async () => {
    const store = storeWith(session, { known: {} })
    const handler: Listener = (req, res) => req.session.regenerate(() => req.session.destroy(() => res.end()))
    const app = await start(session, handler, { store })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(store.sessions).toEqual({})
    expect(reply.setCookie).toEqual([])
  })

  it('regenerate: through req.sessionStore does the same', async () => {
    const store = storeWith(session, { known: { user: 'Ada' } })
    const handler: Listener = (req, res) => req.sessionStore.regenerate(req, () => res.end(req.session.id))
    const app = await start(session, handler, { store })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(readId(reply)).toBe(reply.text)
    expect(peek(store, 'known')).toBeUndefined()
  })
})
