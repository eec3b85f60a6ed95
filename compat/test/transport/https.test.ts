import express from 'express'
import { describe, expect, it } from 'vitest'
import { type Client, type Listener, serve } from '../../../packages/session/test/support/http.ts'
import { accountApp } from '../support/account.ts'
import { browse } from '../support/browser.ts'
import { type ProxyOptions, proxyTo } from '../support/proxy.ts'
import { COMMON, coatcheck, implementations, type Options, type SessionModule } from '../support/sessions.ts'

type Secure = true | 'auto'

function cookieWith(secure: Secure): Options {
  return { ...COMMON, cookie: { maxAge: 60_000, secure } }
}

/** The app alone, over HTTP unless it ends TLS itself. */
function open(session: SessionModule, options: Options, app = {} as { trust?: unknown; tls?: boolean }) {
  const outer = express()
  if (app.trust !== undefined) outer.set('trust proxy', app.trust)
  // A sub-app sees the settings of the app that it is in.
  outer.use(accountApp(session(options) as never))
  return serve(outer as unknown as Listener, { tls: app.tls ?? false })
}

/** Whether a login gives a session, and whether its cookie is for HTTPS only. */
async function loginAt(site: Client, headers: Record<string, string> = {}) {
  const browser = browse(site)
  const { setCookie } = await browser.visit('/login', { method: 'POST', headers, follow: false })
  const home = await browser.visit('/', { headers })
  if (setCookie.length === 0) return `${home.text}, no cookie`
  return `${home.text}, ${setCookie[0]!.includes('; Secure') ? 'a secure cookie' : 'a plain cookie'}`
}

const both = implementations.flatMap(implementation =>
  ([true, 'auto'] as const).map(secure => ({ secure, ...implementation })),
)

describe.each(both)('$name with secure: $secure', ({ session, secure }) => {
  const plainly = secure === true ? 'nobody, no cookie' : 'Ada, a plain cookie'
  const options = cookieWith(secure)

  it('HTTPS server: gives a secure cookie, and keeps the user', async () => {
    expect(await loginAt(await open(session, options, { tls: true }))).toBe('Ada, a secure cookie')
  })

  it('HTTP server: gives none, whatever a browser claims', async () => {
    const site = await open(session, options)
    expect(await loginAt(site)).toBe(plainly)
    expect(await loginAt(site, { 'X-Forwarded-Proto': 'https' })).toBe(plainly)
  })

  it('HTTPS proxy: is believed when the app trusts it, by Express or by the option', async () => {
    const trusting = await open(session, options, { trust: 1 })
    expect(await loginAt(await proxyTo(trusting))).toBe('Ada, a secure cookie')
    const proxied = await open(session, { ...options, proxy: true })
    expect(await loginAt(await proxyTo(proxied))).toBe('Ada, a secure cookie')
  })

  it('HTTPS proxy: is not believed by an app that trusts none', async () => {
    expect(await loginAt(await proxyTo(await open(session, options)))).toBe(plainly)
    const strict = await open(session, { ...options, proxy: false }, { trust: 1 })
    expect(await loginAt(await proxyTo(strict))).toBe(plainly)
  })

  const unsafe: [string, ProxyOptions][] = [
    ['an HTTP proxy that says so', { tls: false }],
    ['an HTTPS proxy that says nothing', { says: undefined }],
    ['an HTTPS proxy that says nonsense', { says: 'httpsx' }],
    ['one whose first hop was HTTP', { says: 'http, https' }],
    ['one that says it in an empty list', { says: ', https' }],
  ]
  it.each(unsafe)('%s: gives no secure cookie', async (_, proxy) => {
    for (const [extra, app] of [
      [{}, { trust: 1 }],
      [{ proxy: true }, {}],
    ] as const) {
      const site = await open(session, { ...options, ...extra }, app)
      expect(await loginAt(await proxyTo(site, proxy))).toBe(plainly)
    }
  })

  it('HTTP proxy: overwrites what a browser claims', async () => {
    const site = await open(session, options, { trust: 1 })
    const claim = { 'X-Forwarded-Proto': 'https' }
    expect(await loginAt(await proxyTo(site, { tls: false }), claim)).toBe(plainly)
  })

  it('HTTPS proxy: the name is read in any case and with blanks, and the first of several counts', async () => {
    const site = await open(session, { ...options, proxy: true })
    for (const says of ['HTTPS', ' https ', 'https, http']) {
      expect(await loginAt(await proxyTo(site, { says }))).toBe('Ada, a secure cookie')
    }
  })
})

describe('strict defaults', () => {
  const strict = (session: SessionModule) => (session as unknown as { strict: SessionModule }).strict
  const options = { secret: COMMON.secret }

  it('HTTPS, HTTP and a proxy: each gets the cookie that it can keep', async () => {
    const session = strict(coatcheck.session)
    expect(await loginAt(await open(session, options, { tls: true }))).toBe('Ada, a secure cookie')
    const site = await open(session, options, { trust: 'loopback' })
    expect(await loginAt(site)).toBe('Ada, a plain cookie')
    expect(await loginAt(await proxyTo(site))).toBe('Ada, a secure cookie')
  })
})
