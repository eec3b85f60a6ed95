import { csrfSync } from 'csrf-sync'
import csurf from 'csurf'
import express, { type RequestHandler, type Response } from 'express'
import { describe, expect, it } from 'vitest'
import { type Listener, serve } from '../../../packages/session/test/support/http.ts'
import { handler } from '../support/account.ts'
import { browse } from '../support/browser.ts'
import { COMMON, implementations, type Request } from '../support/sessions.ts'

interface Protection {
  protect: RequestHandler
  tokenFor(req: Request): string
}

const HEADER = 'x-csrf-token'

const protections: Record<string, () => Protection> = {
  csurf: () => ({
    protect: csurf(),
    tokenFor: req => (req as unknown as { csrfToken(): string }).csrfToken(),
  }),
  'csrf-sync': () => {
    const { csrfSynchronisedProtection, generateToken } = csrfSync({
      getTokenFromRequest: req => req.get(HEADER),
    })
    return { protect: csrfSynchronisedProtection, tokenFor: req => generateToken(req as never) }
  },
}

const both = Object.entries(protections).flatMap(([name, make]) =>
  implementations.map(implementation => ({ protection: name, make, ...implementation })),
)

describe.each(both)('$protection on $name', ({ make, session }) => {
  async function open() {
    const { protect, tokenFor } = make()
    const app = express().set('env', 'test')
    app.use(session(COMMON) as never, protect)
    app.get(
      '/form',
      handler((req, res) => res.end(tokenFor(req))),
    )
    app.post(
      '/coat',
      handler((req, res) => {
        req.session.coat = 'navy'
        res.end('taken')
      }),
    )
    app.post(
      '/login',
      handler((req, res, next) => {
        req.session.regenerate(error => (error ? next(error) : (res as Response).redirect('/form')))
      }),
    )
    app.get(
      '/coat',
      handler((req, res) => res.end(String(req.session.coat))),
    )
    const site = await serve(app as unknown as Listener)
    return { site, browser: browse(site) }
  }

  it('form: is taken with its token, once and again', async () => {
    const { browser } = await open()
    const token = (await browser.visit('/form')).text
    for (const _ of [1, 2]) {
      const reply = await browser.post('/coat', { [HEADER]: token })
      expect([reply.status, reply.text]).toEqual([200, 'taken'])
    }
    expect((await browser.visit('/coat')).text).toBe('navy')
  })

  it('form: is refused without a token, and nothing is written', async () => {
    const { browser } = await open()
    await browser.visit('/form')
    expect((await browser.post('/coat')).status).toBe(403)
    expect((await browser.post('/coat', { [HEADER]: 'guessed' })).status).toBe(403)
    expect((await browser.visit('/coat')).text).toBe('undefined')
  })

  it('form: the token of one visitor is worth nothing to another', async () => {
    const { browser, site } = await open()
    const other = browse(site)
    await browser.visit('/form')
    const token = (await other.visit('/form')).text
    expect((await browser.post('/coat', { [HEADER]: token })).status).toBe(403)
    expect((await other.post('/coat', { [HEADER]: token })).status).toBe(200)
  })

  it('login: ends the token with the session that it was in', async () => {
    const { browser } = await open()
    const before = (await browser.visit('/form')).text
    const after = (await browser.post('/login', { [HEADER]: before })).text
    expect((await browser.post('/coat', { [HEADER]: before })).status).toBe(403)
    expect((await browser.post('/coat', { [HEADER]: after })).status).toBe(200)
  })
})
