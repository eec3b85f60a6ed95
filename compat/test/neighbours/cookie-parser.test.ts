import cookieParser from 'cookie-parser'
import express, { type RequestHandler, type Response } from 'express'
import { describe, expect, it } from 'vitest'
import { type Listener, readId, serve } from '../../../packages/session/test/support/http.ts'
import { handler, sidOf } from '../support/account.ts'
import { browse } from '../support/browser.ts'
import { COMMON, implementations } from '../support/sessions.ts'

const SECRET = COMMON.secret as string

const orders = {
  'cookie-parser first': (parser: RequestHandler, sessions: RequestHandler) => [parser, sessions],
  'sessions first': (parser: RequestHandler, sessions: RequestHandler) => [sessions, parser],
}

const both = Object.entries(orders).flatMap(([order, arrange]) =>
  implementations.map(implementation => ({ order, arrange, ...implementation })),
)

describe.each(both)('cookie-parser beside $name, $order', ({ arrange, session }) => {
  async function open(parserSecret?: string, sessionSecret: unknown = SECRET) {
    const sessions = session({ ...COMMON, secret: sessionSecret })
    const app = express().set('env', 'test')
    app.use(...arrange(cookieParser(parserSecret), sessions as never))
    app.get(
      '/',
      handler((req, res) => {
        req.session.visits = Number(req.session.visits ?? 0) + 1
        const response = res as Response
        response.cookie('plain', 'a, b; c').cookie('list', { coats: [1] })
        if (parserSecret) response.cookie('signed', 'ticket 17', { signed: true })
        const { cookies, signedCookies } = req
        response.json({ visits: req.session.visits, cookies, signedCookies })
      }),
    )
    return browse(await serve(app as unknown as Listener))
  }

  it('cookies: those of the app and that of the session come back unchanged', async () => {
    const browser = await open(SECRET)
    await browser.visit('/')
    const { visits, cookies, signedCookies } = JSON.parse((await browser.visit('/')).text)
    expect(visits).toBe(2)
    expect(cookies).toEqual({ plain: 'a, b; c', list: { coats: [1] } })
    expect(signedCookies).toEqual({ signed: 'ticket 17', 'connect.sid': sidOf(browser) })
  })

  it('secret: of the parser may be another one, and then it does not believe the session cookie', async () => {
    const browser = await open('another secret')
    await browser.visit('/')
    const { visits, signedCookies } = JSON.parse((await browser.visit('/')).text)
    expect(visits).toBe(2)
    expect(signedCookies).toEqual({ signed: 'ticket 17', 'connect.sid': false })
  })

  it('secret: the parser may have none', async () => {
    const browser = await open()
    await browser.visit('/')
    const { visits, cookies } = JSON.parse((await browser.visit('/')).text)
    expect(visits).toBe(2)
    expect(cookies['connect.sid']).toMatch(/^s:/)
  })

  it('cookie: a forged one is a new session', async () => {
    const browser = await open(SECRET)
    await browser.visit('/')
    const { value } = browser.cookies.get('connect.sid')!
    browser.cookies.set('connect.sid', { value: `${value.slice(0, -3)}xyz`, attributes: [] })
    const reply = await browser.visit('/')
    expect(JSON.parse(reply.text).visits).toBe(1)
    expect(readId(reply)).toBe(sidOf(browser))
  })
})

describe.each(implementations)('cookie-parser before $name', ({ session }) => {
  it('secret: that of the parser signs the session when that has none', async () => {
    const app = express().set('env', 'test')
    app.use(cookieParser(SECRET), session({ ...COMMON, secret: undefined }) as never)
    app.get(
      '/',
      handler((req, res) => {
        req.session.visits = Number(req.session.visits ?? 0) + 1
        res.end(String(req.session.visits))
      }),
    )
    const browser = browse(await serve(app as unknown as Listener))
    await browser.visit('/')
    expect((await browser.visit('/')).text).toBe('2')
  })
})
