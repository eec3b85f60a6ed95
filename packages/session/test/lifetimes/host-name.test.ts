import { describe, expect, it } from 'vitest'
import type { Door, Got, Handler } from '../doors/door.ts'
import { fetchDoor } from '../doors/fetch-door.ts'
import { nodeDoor } from '../doors/node-door.ts'
import { MapStore } from '../support/map-backend.ts'

const site: Handler = async ({ path, session }) => {
  if (!session) return { body: 'no session' }
  if (path === '/login') session.user = 'Ada'
  if (path === '/logout') await session.destroy()
  if (path === '/write') session.seen = true
  return { body: `user: ${path === '/logout' ? 'none' : (session.user ?? 'nobody')}` }
}

const nameOf = (line: string) => line.split('=')[0]
const pairOf = (line: string) => line.split(';')[0] as string
const isCleared = (line: string) => /Expires=Thu, 01 Jan 1970/.test(line)

describe.each([nodeDoor, fetchDoor])('$name', (door: Door) => {
  /** A site that is reached over HTTPS or HTTP, and a browser. */
  async function visit(options: object = {}, store = new MapStore()) {
    const proxied =
      door === nodeDoor ? { proxy: true } : { secure: (req: Request) => req.headers.has('X-Forwarded-Proto') }
    const app = await door.start(site, { store, ...proxied, ...options })
    const jar = new Map<string, string>()
    const keep = (reply: Got) => {
      for (const line of reply.setCookie) {
        if (isCleared(line)) jar.delete(nameOf(line) as string)
        else jar.set(nameOf(line) as string, pairOf(line))
      }
      return reply
    }
    const get = async (path: string, https = true) =>
      keep(
        await app.request(path, {
          cookie: [...jar.values()].join('; '),
          headers: https ? { 'X-Forwarded-Proto': 'https' } : {},
        }),
      )
    return { jar, store, get }
  }

  it('name: over HTTPS no subdomain can plant the cookie, and over HTTP the cookie has a readable name', async () => {
    const ada = await visit()
    const { setCookie } = await ada.get('/login')
    expect(setCookie).toEqual([
      expect.stringMatching(/^__Host-sid=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
    expect((await ada.get('/')).text).toBe('user: Ada')
    const plain = await visit()
    expect((await plain.get('/login', false)).setCookie.map(nameOf)).toEqual(['connect.sid'])
    expect((await plain.get('/', false)).text).toBe('user: Ada')
  })

  it('name: a user with the old cookie stays logged in, and gets the new one instead', async () => {
    const before = await visit({ name: 'connect.sid' })
    await before.get('/login')
    const ada = await visit({}, before.store)
    ada.jar.set('connect.sid', before.jar.get('connect.sid') as string)
    const moved = await ada.get('/')
    expect(moved.text).toBe('user: Ada')
    expect(moved.setCookie.map(line => [nameOf(line), isCleared(line)])).toEqual([
      ['connect.sid', true],
      ['__Host-sid', false],
    ])
    expect([...ada.jar.keys()]).toEqual(['__Host-sid'])
    const later = await ada.get('/')
    expect([later.text, later.setCookie]).toEqual(['user: Ada', []])
    expect((await ada.get('/logout')).setCookie.map(line => [nameOf(line), isCleared(line)])).toEqual([
      ['__Host-sid', true],
    ])
  })

  it('name: a session that was stored without Secure gets a cookie that browsers accept', async () => {
    const before = await visit()
    await before.get('/login', false)
    const ada = await visit({}, before.store)
    ada.jar.set('connect.sid', before.jar.get('connect.sid') as string)
    const { setCookie } = await ada.get('/write')
    expect(setCookie.at(-1)).toMatch(/^__Host-sid=.*; Secure/)
  })

  it('name: an old cookie beside a new one is not read', async () => {
    const [ada, eve] = [await visit(), await visit({ name: 'connect.sid' })]
    await ada.get('/login')
    await eve.get('/login')
    ada.jar.set('connect.sid', eve.jar.get('connect.sid') as string)
    expect((await ada.get('/')).setCookie).toEqual([])
  })

  it('save: a logout of somebody who had the old cookie removes it', async () => {
    const before = await visit({ name: 'connect.sid' })
    await before.get('/login')
    const ada = await visit({}, before.store)
    ada.jar.set('connect.sid', before.jar.get('connect.sid') as string)
    await ada.get('/logout')
    expect([...ada.jar.keys()]).toEqual([])
  })

  it('save: when the save fails, the old cookie stays', async () => {
    const before = await visit({ name: 'connect.sid' })
    await before.get('/login')
    const ada = await visit({}, before.store)
    ada.jar.set('connect.sid', before.jar.get('connect.sid') as string)
    before.store.failing.update = new Error('full')
    expect((await ada.get('/write')).setCookie).toEqual([])
    expect([...ada.jar.keys()]).toEqual(['connect.sid'])
  })

  it.each([
    [{ name: 'shop' }, 'shop'],
    [{ cookie: { path: '/w' } }, 'connect.sid'],
    [{ cookie: { domain: 'example.com' } }, 'connect.sid'],
    [{ cookie: { secure: false } }, 'connect.sid'],
    [{ cookie: () => ({}) }, 'connect.sid'],
  ])('name: with %j it is %s, as before', async (options, name) => {
    const ada = await visit(options)
    const reply = await ada.get(
      name === 'connect.sid' && 'cookie' in options && 'path' in options.cookie ? '/write' : '/login',
    )
    expect(reply.setCookie.map(nameOf)).toEqual([name])
  })
})
