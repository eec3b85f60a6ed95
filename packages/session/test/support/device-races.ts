import type { RecordStore } from '@coatcheck/session'
import { createSessions } from '@coatcheck/session/fetch'
import { describe, expect, it } from 'vitest'
import type { App } from '../doors/door.ts'
import { got } from '../doors/node-door.ts'
import { DbscBrowser, keysOf, refreshProof } from './dbsc-browser.ts'

/** `createSessions()` as an app of two pages. */
function appOn(store: RecordStore): App {
  const sessions = createSessions<{ visitor: string; saved: number }>({
    secret: 'a secret of thirty-two characters',
    store,
    storeTimeout: 0,
    dbsc: { require: true },
  })
  const serve = sessions.handle((request, session) => {
    if (request.url.endsWith('/login')) session.visitor = 'Ada'
    else session.saved = Math.random()
    return new Response(`${session.visitor} ${session.bound}`)
  })
  return {
    async request(path = '/', { cookie = '', method = 'GET', headers = {} } = {}) {
      return got(
        await serve(new Request(`http://localhost${path}`, { method, headers: { ...headers, cookie } })),
      )
    },
  }
}

/** Refreshes of bound sessions at the same time, as tabs do that wake up together, and pages that save beside them. */
export function describeDeviceRaces(
  name: string,
  open: () => RecordStore,
  sessions: number,
  tabs: number,
): void {
  describe(`dbsc races: ${name}`, () => {
    it(`${sessions * tabs} parallel refreshes lose no session, and each gets its cookie`, async () => {
      const store = open()
      const app = appOn(store)
      const browsers: DbscBrowser[] = []
      for (let i = 0; i < sessions; i++) {
        const browser = new DbscBrowser(app, keysOf('ES256', 'browser'))
        await browser.request('/login')
        browsers.push(browser)
      }
      const outcomes = new Map<string, number>()
      const refresh = async (browser: DbscBrowser) => {
        const cookie = browser.stolen()
        const [id] = [...browser.sessions.keys()] as [string]
        const headers = { 'Sec-Secure-Session-Id': `"${id}"` }
        let answered = await app.request('/dbsc/refresh', { method: 'POST', cookie, headers })
        // A browser signs again when its challenge was replaced meanwhile.
        for (let attempt = 0; answered.status === 403 && attempt < 10; attempt++) {
          const [, challenge] =
            /^"([\w-]+)"/.exec(answered.headers.get('Secure-Session-Challenge') ?? '') ?? []
          const proof = refreshProof(browser.keys, String(challenge))
          const signed = { ...headers, 'Secure-Session-Response': `"${proof}"` }
          answered = await app.request('/dbsc/refresh', { method: 'POST', cookie, headers: signed })
        }
        const outcome = `${answered.status} ${answered.setCookie.length}`
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
      const all = browsers.flatMap(browser => [
        ...Array.from({ length: tabs }, () => refresh(browser)),
        app.request('/save', { cookie: browser.stolen() }),
      ])
      await Promise.all(all)
      expect(Object.fromEntries(outcomes)).toEqual({ '200 1': sessions * tabs })
      for (const browser of browsers) expect((await browser.request('/me')).text).toBe('Ada true')
    })
  })
}
