import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Running } from './app.ts'
import { Browser } from './browser.ts'

/** Where an example does what, and how it differs from the others. */
export interface Example {
  name: string
  start(): Promise<Running>
  /** Default `/`, `/count`, `/login` and `/logout`. */
  paths?: { read?: string; count?: string; login?: string; logout?: string }
  /** What the forms have as fields. Default: none. */
  fields?: { count: Record<string, string>; login: Record<string, string>; logout: Record<string, string> }
  /** The path of a stream which counts a view, where it has one. */
  stream?: string
  /** The type of what is posted. Default: that of a form. */
  type?: string
  /** The status of the answer to a post. Default 303. */
  posted?: number
  /** The status of the answer to `HEAD`. Default 200. */
  head?: number
  /** More tests of the example, while it runs. */
  more?: (app: () => Running) => void
}

/** What every example does with its sessions. */
export function describeExample(example: Example): void {
  const { name, start, paths, fields, stream, type, posted = 303, head = 200, more } = example
  const read = paths?.read ?? '/'
  const submit = (browser: Browser, form: 'count' | 'login' | 'logout') =>
    browser.post(paths?.[form] ?? `/${form}`, fields?.[form], type)

  describe(name, () => {
    let app: Running
    beforeAll(async () => {
      app = await start()
    })
    afterAll(() => app?.stop())
    const visit = () => new Browser(app.url)

    it('visit: one who leaves nothing gets no cookie', async () => {
      const browser = visit()
      expect(await browser.get(read)).toMatchObject({ status: 200, user: 'nobody', views: 0, setCookie: [] })
    })

    it('write: the next request finds what was changed, and sends no other cookie', async () => {
      const browser = visit()
      const reply = await submit(browser, 'count')
      expect([reply.status, reply.setCookie.length]).toEqual([posted, 1])
      expect((await browser.get(read)).views).toBe(1)
      const { cookie } = browser
      await submit(browser, 'count')
      expect((await browser.get(read)).views).toBe(2)
      expect(browser.cookie.split('.')[0]).toBe(cookie.split('.')[0])
    })

    it('login: gives a new id, and the one from before is nobody', async () => {
      const browser = visit()
      await submit(browser, 'count')
      const before = browser.cookie
      expect((await submit(browser, 'login')).status).toBe(posted)
      expect(browser.cookie).not.toBe(before)
      expect(await browser.get(read)).toMatchObject({ user: 'Ada', views: 0 })
      expect((await new Browser(app.url, before).get(read)).user).toBe('nobody')
    })

    it('logout: ends the session, and expires the cookie', async () => {
      const browser = visit()
      await submit(browser, 'login')
      const during = browser.cookie
      const reply = await submit(browser, 'logout')
      expect([reply.status, reply.setCookie]).toEqual([
        posted,
        [expect.stringMatching(/Expires=Thu, 01 Jan 1970/)],
      ])
      expect((await browser.get(read)).user).toBe('nobody')
      expect((await new Browser(app.url, during).get(read)).user).toBe('nobody')
    })

    it('HEAD: is a read', async () => {
      const browser = visit()
      await submit(browser, 'login')
      expect(await browser.get(read, 'HEAD')).toMatchObject({ status: head, text: '' })
      expect((await browser.get(read)).user).toBe('Ada')
    })

    it('two requests at once: each is answered, and the session stays', async () => {
      const browser = visit()
      await submit(browser, 'login')
      const both = await Promise.all([submit(browser, 'count'), submit(browser, 'count')])
      expect(both.map(({ status }) => status)).toEqual([posted, posted])
      const { user, views } = await browser.get(read)
      expect([user, [1, 2].includes(views!)]).toEqual(['Ada', true])
    })

    it('store: a failed save is an error without a cookie, and the session stays as it was', async () => {
      const browser = visit()
      app.failing(true)
      const reply = await submit(browser, 'count')
      expect(reply.status).toBeGreaterThanOrEqual(500)
      expect(reply.setCookie).toEqual([])
      app.failing(false)
      expect((await browser.get(read)).views).toBe(0)
      await submit(browser, 'login')
      app.failing(true)
      expect((await submit(browser, 'count')).status).toBeGreaterThanOrEqual(500)
      app.failing(false)
      expect(await browser.get(read)).toMatchObject({ user: 'Ada', views: 0 })
    })

    if (stream) {
      it('stream: all parts arrive, with the cookie, and the session is stored', async () => {
        const browser = visit()
        const reply = await browser.get(stream)
        expect([reply.status, reply.setCookie.length]).toEqual([200, 1])
        expect(reply.text).toBe('one two user: nobody, views: 1')
        expect((await browser.get(read)).views).toBe(1)
      })
    }
    more?.(() => app)
  })
}
