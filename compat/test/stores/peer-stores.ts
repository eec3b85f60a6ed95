import { describe, expect, it } from 'vitest'
import { visitAccount } from '../support/account.ts'
import type { OpenPeer } from '../support/peer-stores.ts'
import { COMMON, type Implementation, implementations, type Options } from '../support/sessions.ts'

/** What an app does with a store of others: the same under express-session and under ours. */
export function testPeer(name: string, openPeer: OpenPeer): void {
  describe.each(implementations)(`${name} under $name`, ({ session }) => {
    async function open(options: Options = {}) {
      const peer = await openPeer(session)
      const app = await visitAccount(session({ ...COMMON, store: peer.store, ...options }))
      return { peer, app }
    }

    it('login: the page that it leads to knows the user, and a logout ends it', async () => {
      const { app, peer } = await open()
      expect((await app.visit('/')).text).toBe('nobody')
      expect(await peer.ids()).toEqual([])
      expect((await app.post('/login')).text).toBe('Ada')
      expect(await peer.ids()).toEqual([app.sid()])
      expect((await app.visit('/')).text).toBe('Ada')
      expect((await app.post('/logout')).text).toBe('nobody')
      expect(await peer.ids()).toEqual([])
      expect(app.errors).toEqual([])
    })

    it('login: the id from before it is worth nothing', async () => {
      const { app, peer } = await open()
      await app.post('/visits')
      const [before, planted] = [app.sid(), new Map(app.cookies)]
      await app.post('/login')
      expect(app.sid()).not.toBe(before)
      expect(await peer.ids()).toEqual([app.sid()])
      for (const [key, cookie] of planted) app.cookies.set(key, cookie)
      expect((await app.visit('/')).text).toBe('nobody')
    })

    it('write: each request finds what the one before has written', async () => {
      const { app } = await open()
      expect((await app.post('/visits')).text).toBe('1')
      expect((await app.post('/visits')).text).toBe('2')
      await app.post('/login')
      expect((await app.post('/visits')).text).toBe('1')
      expect((await app.visit('/')).text).toBe('Ada')
    })

    it('ttl: a session lives as long as its cookie says', async () => {
      const { app, peer } = await open()
      await app.post('/login')
      // Some count in seconds, and round up.
      expect(await peer.ttlOf(app.sid())).toBeGreaterThan(30_000)
      expect(await peer.ttlOf(app.sid())).toBeLessThanOrEqual(61_000)
      await peer.age(app.sid(), -2_000)
      expect((await app.visit('/')).text).toBe('nobody')
    })

    it('touch: a request that only reads makes the session last longer', async () => {
      const { app, peer } = await open()
      await app.post('/login')
      await peer.age(app.sid(), 20_000)
      const reply = await app.visit('/')
      expect([reply.text, reply.setCookie]).toEqual(['Ada', []])
      expect(await peer.ttlOf(app.sid())).toBeGreaterThan(30_000)
    })

    it('rolling: each response brings the cookie anew', async () => {
      const { app, peer } = await open({ rolling: true })
      await app.post('/login')
      await peer.age(app.sid(), 20_000)
      const id = app.sid()
      expect((await app.visit('/')).setCookie).toHaveLength(1)
      expect(app.sid()).toBe(id)
      expect(await peer.ttlOf(id)).toBeGreaterThan(30_000)
    })

    it('reload: what was changed and not saved is dropped', async () => {
      const { app } = await open()
      await app.post('/login')
      expect((await app.visit('/reload')).text).toBe('Ada')
      expect((await app.visit('/')).text).toBe('Ada')
    })

    it('save: a session that was saved by hand is still there', async () => {
      const { app, peer } = await open()
      await app.post('/login')
      expect((await app.post('/save')).text).toBe('saved')
      expect((await app.visit('/')).text).toBe('Ada')
      expect(await peer.ids()).toEqual([app.sid()])
    })
  })
}

/** What a visitor sees when the store of others fails. */
export function testFailingPeer(name: string, openPeer: OpenPeer): void {
  describe.each<Implementation>(implementations)(`${name} under $name, cut off`, ({ session }) => {
    it('read: the visitor gets an error, not an empty session', async () => {
      const peer = await openPeer(session)
      const app = await visitAccount(session({ ...COMMON, store: peer.store }))
      await app.post('/login')
      await peer.cut!()
      const reply = await app.visit('/')
      expect([reply.status, reply.text, reply.setCookie]).toEqual([500, 'out of order', []])
      expect(app.errors).toHaveLength(1)
    })

    it('write: a save by hand fails, once', async () => {
      const peer = await openPeer(session)
      const app = await visitAccount(session({ ...COMMON, store: peer.store }))
      await peer.cut!()
      const reply = await app.post('/save')
      expect([reply.status, reply.text]).toEqual([500, 'out of order'])
      // The response to that error is saved as well: there is nothing in it, so nothing more fails.
      expect(app.errors).toHaveLength(1)
    })

    it('write: one at the end of the request goes to next(), after the response', async () => {
      const peer = await openPeer(session)
      const app = await visitAccount(session({ ...COMMON, store: peer.store }))
      await peer.cut!()
      expect((await app.post('/visits')).text).toBe('1')
      await app.failed
      expect(app.errors).toHaveLength(1)
    })
  })
}
