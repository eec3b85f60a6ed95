import { MemoryStore } from '@coatcheck/store-memory'
import { describe, expect, it } from 'vitest'
import type { App, Door, Handler } from '../doors/door.ts'
import { fetchDoor } from '../doors/fetch-door.ts'
import { nodeDoor } from '../doors/node-door.ts'
import { DbscBrowser, keysOf, refreshProof } from '../support/dbsc-browser.ts'

const handler: Handler = async ({ path, session }) => {
  if (path === '/login') await session!.regenerate({ data: { user: 'Ada' } })
  return { body: `${session?.user ?? 'nobody'} ${session?.bound}` }
}

/** Ada on two devices, each with a key of its own. */
async function loggedIn(door: Door) {
  const store = new MemoryStore({ owner: 'user' })
  const app = await door.start(handler, { store, dbsc: { require: true } })
  const browsers = ['laptop', 'phone'].map(name => new DbscBrowser(app, keysOf('ES256', name)))
  for (const browser of browsers) {
    await browser.request('/login')
    expect((await browser.request('/me')).text).toBe('Ada true')
  }
  return { app, store, browsers: browsers as [DbscBrowser, DbscBrowser] }
}

/** A refresh by hand, with all cookies of the browser. */
function refresh(app: App, browser: DbscBrowser, cookie: string, challenge?: string) {
  const [id] = [...browser.sessions.keys()]
  const proof = challenge && { 'Secure-Session-Response': `"${refreshProof(browser.keys, challenge)}"` }
  const headers = { 'Sec-Secure-Session-Id': `"${id}"`, ...proof }
  return app.request('/dbsc/refresh', { method: 'POST', cookie, headers })
}

async function challengeFor(app: App, browser: DbscBrowser): Promise<string> {
  const got = await refresh(app, browser, browser.cookie)
  return /^"([\w-]+)"/.exec(got.headers.get('Secure-Session-Challenge')!)![1]!
}

describe.each([nodeDoor, fetchDoor])('dbsc, log out everywhere: $name', door => {
  it('destroyAllOf: the next refresh of each device tells the browser that its session has ended', async () => {
    const { app, store, browsers } = await loggedIn(door)
    const challenges = await Promise.all(browsers.map(browser => challengeFor(app, browser)))
    expect(await store.destroyAllOf('Ada')).toBe(2)
    for (const [i, browser] of browsers.entries()) {
      const { cookie } = browser
      for (const challenge of [undefined, challenges[i]]) {
        const got = await refresh(app, browser, cookie, challenge)
        expect([got.status, got.text, got.setCookie]).toEqual([200, '{"continue":false}', []])
      }
      browser.cookies.delete('connect.sid-bound')
      expect((await browser.request('/me')).text).toBe('nobody false')
      expect([browser.last!.text, browser.sessions.size]).toEqual(['{"continue":false}', 0])
    }
  })

  it('destroyAllOf: neither the session cookie nor the bound cookie brings anything back', async () => {
    const { app, store, browsers } = await loggedIn(door)
    const [{ cookie }] = browsers
    await store.destroyAllOf('Ada')
    const [id, bound] = cookie.split('; ') as [string, string]
    for (const sent of [cookie, id, bound]) {
      const got = await app.request('/me', { cookie: sent })
      expect([got.status, got.text]).toEqual([200, 'nobody false'])
    }
    // With the next session of the same browser, the old bound cookie is worth nothing either.
    const login = await app.request('/login', { cookie: bound })
    const next = login.setCookie.find(line => line.startsWith('connect.sid='))!.split(';')[0]
    expect((await app.request('/me', { cookie: `${next}; ${bound}` })).text).toBe('Ada false')
  })

  it('destroyAllOf with except: the device in hand stays bound, the other one is out', async () => {
    const { app, store, browsers } = await loggedIn(door)
    const [laptop, phone] = browsers
    const value = decodeURIComponent(laptop.cookies.get('connect.sid')!.value)
    const [, except] = /^s:([^.]+)\./.exec(value) as unknown as [string, string]
    expect(await store.destroyAllOf('Ada', { except })).toBe(1)
    expect((await refresh(app, phone, phone.cookie)).text).toBe('{"continue":false}')
    laptop.cookies.delete('connect.sid-bound')
    expect((await laptop.request('/me')).text).toBe('Ada true')
    expect(laptop.log).toEqual(['/dbsc/register 200', '/dbsc/refresh 403', '/dbsc/refresh 200'])
  })

  it('destroyAllOf beside refreshes: none of them brings the session back', async () => {
    const { app, store, browsers } = await loggedIn(door)
    const [laptop] = browsers
    const { cookie } = laptop
    const challenge = await challengeFor(app, laptop)
    const refreshes = Array.from({ length: 20 }, (_, i) =>
      refresh(app, laptop, cookie, i % 2 ? challenge : undefined),
    )
    await Promise.all([...refreshes, store.destroyAllOf('Ada')])
    expect(await store.countOf('Ada')).toBe(0)
    expect((await refresh(app, laptop, cookie, challenge)).text).toBe('{"continue":false}')
    expect((await app.request('/me', { cookie })).text).toBe('nobody false')
  })
})
