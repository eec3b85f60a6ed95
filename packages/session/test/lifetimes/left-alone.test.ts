import { describe, expect, it } from 'vitest'
import { cookieOf, type Door, type Handler } from '../doors/door.ts'
import { fetchDoor } from '../doors/fetch-door.ts'
import { nodeDoor } from '../doors/node-door.ts'
import { MapStore } from '../support/map-backend.ts'
import { MINUTE, useClock } from './clock.ts'

const site: Handler = ({ path, session }) => {
  if (!session) return { body: 'no session' }
  if (path === '/login') session.user = 'Ada'
  if (path === '/poll/write') session.polls = Number(session.polls ?? 0) + 1
  return { body: `user: ${session.user ?? 'nobody'}` }
}

/** The path of a request, through either door. */
const pathOf = (req: { url: string }) => new URL(req.url, 'http://localhost').pathname

describe.each([nodeDoor, fetchDoor])('$name', (door: Door) => {
  const clock = useClock()

  async function visit(options: object) {
    const store = new MapStore()
    const app = await door.start(site, { store, cookie: { maxAge: 30 * MINUTE }, ...options })
    const login = await app.request('/login')
    const cookie = cookieOf(login)
    store.calls.length = 0
    const ends = () => [...store.rows.values()].map(({ expires }) => expires)
    return { store, ends, get: async (path: string) => (await app.request(path, { cookie })).text }
  }

  it('skip: such a request has no session, and the store is not called', async () => {
    const ada = await visit({ skip: (req: { url: string }) => pathOf(req) === '/health' })
    expect(await ada.get('/health')).toBe('no session')
    expect(ada.store.calls).toEqual([])
    expect(await ada.get('/')).toBe('user: Ada')
  })

  it.each(['/poll', '/poll/write'])(
    'touch: a request to %s for which it is false does not extend the session',
    async path => {
      const ada = await visit({ touch: (req: { url: string }) => !pathOf(req).startsWith('/poll') })
      const end = Date.now() + 30 * MINUTE
      for (let i = 0; i < 2; i++) {
        clock.pass(10 * MINUTE)
        expect(await ada.get(path)).toBe('user: Ada')
        expect(ada.ends()).toEqual([end])
      }
      clock.pass(5 * MINUTE)
      await ada.get('/')
      expect(ada.ends()).toEqual([Date.now() + 30 * MINUTE])
    },
  )

  it('touch: with false no request extends a session', async () => {
    const ada = await visit({ touch: false })
    clock.pass(29 * MINUTE)
    expect(await ada.get('/')).toBe('user: Ada')
    expect(ada.store.calls).toEqual(['read'])
    clock.pass(MINUTE)
    expect(await ada.get('/')).toBe('user: nobody')
  })

  it('options: what cannot be used is refused', async () => {
    await expect(async () => visit({ skip: true })).rejects.toThrow(/skip option/)
    await expect(async () => visit({ touch: 'never' })).rejects.toThrow(/touch option/)
  })

  it('partitioned: the cookie is what browsers demand', async () => {
    const https = door === nodeDoor ? { proxy: true } : { secure: true }
    const options = { store: new MapStore(), cookie: { partitioned: true }, ...https }
    const app = await door.start(site, options)
    const { setCookie } = await app.request('/login', { headers: { 'X-Forwarded-Proto': 'https' } })
    expect(setCookie[0]).toMatch(/Secure; Partitioned; SameSite=None$/)
  })
})
