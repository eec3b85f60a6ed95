import { describe, expect, it } from 'vitest'
import { hosts } from '../support/hosts.ts'
import { age, type OpenOurs, ttlOf } from '../support/our-stores.ts'

/** What an app does with a store of ours: the same under what its users have now, and under ours. */
export function testOurs(name: string, openOurs: OpenOurs): void {
  describe.each(hosts)(`${name} under $name`, host => {
    const idsIn = async (store: ReturnType<OpenOurs>['store']) => Object.keys(await store.all())

    it('login: the page that it leads to knows the user, and a logout ends it', async () => {
      const { store } = openOurs()
      const app = await host.open(store)
      expect((await app.visit('/')).text).toBe('nobody')
      expect(await idsIn(store)).toEqual([])
      expect((await app.post('/login')).text).toBe('Ada')
      expect(await idsIn(store)).toEqual([app.sid()])
      expect((await app.post('/logout')).text).toBe('nobody')
      expect(await idsIn(store)).toEqual([])
      expect(app.errors).toEqual([])
    })

    it('login: the id from before it is worth nothing', async () => {
      const { store } = openOurs()
      const app = await host.open(store)
      await app.post('/visits')
      const [before, planted] = [app.sid(), new Map(app.cookies)]
      await app.post('/login')
      expect(app.sid()).not.toBe(before)
      expect(await idsIn(store)).toEqual([app.sid()])
      for (const [key, cookie] of planted) app.cookies.set(key, cookie)
      expect((await app.visit('/')).text).toBe('nobody')
    })

    it('write: each request finds what the one before has written, saved by hand or not', async () => {
      const app = await host.open(openOurs().store)
      expect((await app.post('/visits')).text).toBe('1')
      expect((await app.post('/visits')).text).toBe('2')
      expect((await app.post('/save')).text).toBe('saved')
      expect((await app.post('/visits')).text).toBe('3')
    })

    it('reload: what was changed and not saved is dropped', async () => {
      const app = await host.open(openOurs().store)
      await app.post('/login')
      expect((await app.visit('/reload')).text).toBe('Ada')
      expect((await app.visit('/')).text).toBe('Ada')
    })

    it('ttl: a session lives as long as its cookie says, counted from the last request', async () => {
      const { store } = openOurs()
      const app = await host.open(store, { cookie: { maxAge: 30_000 } })
      await app.post('/login')
      expect(await ttlOf(store, app.sid())).toBeGreaterThan(20_000)
      expect(await ttlOf(store, app.sid())).toBeLessThanOrEqual(30_000)
      await age(store, app.sid(), 10_000)
      expect(await ttlOf(store, app.sid())).toBeLessThanOrEqual(10_000)
      expect((await app.visit('/')).text).toBe('Ada')
      expect(await ttlOf(store, app.sid())).toBeGreaterThan(20_000)
    })
  })
}

/** What an app with a store of ours keeps when it is started anew. */
export function testRestarts(name: string, openOurs: OpenOurs): void {
  describe.each(hosts)(`${name} under $name`, host => {
    it('restart: a user is still logged in, with the app that comes after', async () => {
      const { store, again } = openOurs()
      const app = await host.open(store)
      await app.post('/login')
      await app.post('/visits')
      await store.close?.()
      const next = await host.open(again!())
      for (const [key, cookie] of app.cookies) next.cookies.set(key, cookie)
      expect((await next.visit('/')).text).toBe('Ada')
      expect((await next.post('/visits')).text).toBe('2')
    })

    it('failure: a visitor gets an error, not an empty session', async () => {
      const { store } = openOurs()
      const app = await host.open(store)
      await app.post('/login')
      await store.close?.()
      const reply = await app.visit('/')
      expect([reply.status, reply.text]).toEqual([500, 'out of order'])
      expect(app.errors[0]).toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    })
  })

  it(`${name}: a user stays logged in when an app moves from one host to the next`, async () => {
    const { again } = openOurs()
    let cookies = new Map()
    for (const [i, host] of hosts.entries()) {
      const app = await host.open(again!())
      for (const [key, cookie] of cookies) app.cookies.set(key, cookie)
      if (i === 0) await app.post('/login')
      expect((await app.post('/visits')).text).toBe(String(i + 1))
      expect((await app.visit('/')).text).toBe('Ada')
      cookies = app.cookies
    }
  })
}
