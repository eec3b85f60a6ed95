import { expect, test } from 'vitest'
import type { App } from '../../../packages/session/test/doors/door.ts'
import { got } from '../../../packages/session/test/doors/node-door.ts'
import { DbscBrowser } from '../../../packages/session/test/support/dbsc-browser.ts'
import { startServer, temporaryDirectory } from './support/server.ts'

/** The demo over HTTP. A POST to `/login` sends the form with a name. */
async function startDemo(): Promise<App> {
  const { url } = await startServer(temporaryDirectory())
  return {
    async request(path = '/', { cookie = '', method = 'GET', headers = {} } = {}) {
      const body = path === '/login' ? new URLSearchParams({ name: 'Ada' }) : null
      return got(
        await fetch(url + path, { method, body, headers: { ...headers, cookie }, redirect: 'manual' }),
      )
    },
  }
}

const BOUND = 'bound to this device'

test('devices: a browser that has registered its key is told that it is bound, also after a refresh', async () => {
  const demo = await startDemo()
  const browser = new DbscBrowser(demo)
  const login = await browser.request('/login', { method: 'POST' })
  expect([login.status, browser.log]).toEqual([303, ['/dbsc/register 200']])
  expect((await browser.request('/')).text).toContain(BOUND)
  browser.cookies.delete('ticket-bound')
  expect((await browser.request('/')).text).toContain(BOUND)
  expect(browser.log.slice(1)).toEqual(['/dbsc/refresh 403', '/dbsc/refresh 200'])
})

test('devices: a copy of the ticket without the key is not bound, once the requests of the login are over', async () => {
  const demo = await startDemo()
  const browser = new DbscBrowser(demo)
  await browser.request('/login', { method: 'POST' })
  const cookie = browser.stolen('-bound')
  const page = async () => (await demo.request('/', { cookie })).text
  await expect.poll(page, { timeout: 60_000 }).not.toContain(BOUND)
  expect(await page()).toContain('Ada.')
  expect((await browser.request('/')).text).toContain(BOUND)
})

test('devices: a browser without device-bound sessions is shown nothing of it', async () => {
  const demo = await startDemo()
  const login = await demo.request('/login', { method: 'POST' })
  expect(login.headers.get('Secure-Session-Registration')).toMatch(/path="\/dbsc\/register"/)
  const cookie = login.setCookie[0]!.split(';')[0]!
  const { text, headers } = await demo.request('/', { cookie })
  expect(text).toContain('this device')
  expect(text).not.toContain(BOUND)
  expect(headers.get('Secure-Session-Registration')).toBeNull()
})
