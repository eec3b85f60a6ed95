import { describe, expect, it } from 'vitest'
import { countVisits, hasSession } from '../support/handlers.ts'
import { signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { peek, recordCalls, storeWith } from '../support/stores.ts'

describe.each(implementations)('$name', ({ session }) => {
  it('disconnect: from then on requests have no session, no cookie and no call to the store', async () => {
    const store = storeWith(session, { known: {} })
    const calls = recordCalls(store)
    const app = await start(session, hasSession, { store })
    store.emit('disconnect')
    for (const reply of [await app.get(), await app.get('/', { cookie: signed('known') })]) {
      expect(reply.status).toBe(200)
      expect(reply.text).toBe('no session')
      expect(reply.setCookie).toEqual([])
    }
    expect(calls).toEqual([])
  })

  it('connect: brings sessions back after a disconnect', async () => {
    const store = storeWith(session)
    const app = await start(session, hasSession, { store })
    store.emit('disconnect')
    expect((await app.get()).text).toBe('no session')
    store.emit('connect')
    const reply = await app.get()
    expect(reply.text).toBe('session')
    expect(reply.setCookie).toHaveLength(1)
  })

  it('connect: sessions of before the disconnect are there again', async () => {
    const store = storeWith(session)
    const app = await start(session, countVisits, { store })
    const cookie = await app.get()
    store.emit('disconnect')
    store.emit('connect')
    expect((await app.get('/', { cookie })).text).toBe('2')
  })

  it('connect: a store that says so at the start changes nothing', async () => {
    const store = storeWith(session)
    const app = await start(session, hasSession, { store })
    store.emit('connect')
    expect((await app.get()).text).toBe('session')
  })

  it('disconnect: a request that has its session already still saves it', async () => {
    const store = storeWith(session, { known: {} })
    const app = await start(
      session,
      (req, res) => {
        store.emit('disconnect')
        countVisits(req, res)
      },
      { store },
    )
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('1')
    expect(peek(store, 'known')).toMatchObject({ visits: 1 })
  })

  it('disconnect: concerns every middleware that shares the store', async () => {
    const store = storeWith(session)
    const one = await start(session, hasSession, { store, name: 'one' })
    const two = await start(session, hasSession, { store, name: 'two' })
    store.emit('disconnect')
    expect([(await one.get()).text, (await two.get()).text]).toEqual(['no session', 'no session'])
  })

  it('store: one that is no event emitter is refused at once', () => {
    const store = { get() {}, set() {}, destroy() {} }
    expect(() => session({ secret: 's', store })).toThrow(TypeError)
  })
})
