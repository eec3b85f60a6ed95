import flash from 'connect-flash'
import express, { type Response } from 'express'
import { describe, expect, it } from 'vitest'
import { type Listener, serve } from '../../../packages/session/test/support/http.ts'
import { handler } from '../support/account.ts'
import { browse } from '../support/browser.ts'
import { COMMON, implementations, type Request } from '../support/sessions.ts'

type Flashing = Request & { flash(kind?: string, message?: string): unknown }

describe.each(implementations)('connect-flash on $name', ({ session }) => {
  async function open() {
    const app = express().set('env', 'test')
    app.use(session(COMMON) as never, flash())
    app.post(
      '/coat',
      handler((req, res) => {
        ;(req as Flashing).flash('info', 'Your coat hangs here')
        ;(req as Flashing).flash('info', 'Mind the ticket')
        const response = res as Response
        response.redirect('/')
      }),
    )
    app.get(
      '/',
      handler((req, res) => res.end(JSON.stringify((req as Flashing).flash('info')))),
    )
    return browse(await serve(app as unknown as Listener))
  }

  it('message: is on the page that a redirect leads to, and on no other', async () => {
    const browser = await open()
    const page = await browser.post('/coat')
    expect(JSON.parse(page.text)).toEqual(['Your coat hangs here', 'Mind the ticket'])
    expect((await browser.visit('/')).text).toBe('[]')
  })

  it('message: is not shown to somebody else', async () => {
    const browser = await open()
    const { status } = await browser.visit('/coat', { method: 'POST', follow: false })
    expect(status).toBe(302)
    const cookies = new Map(browser.cookies)
    browser.cookies.clear()
    expect((await browser.visit('/')).text).toBe('[]')
    for (const [name, cookie] of cookies) browser.cookies.set(name, cookie)
    expect(JSON.parse((await browser.visit('/')).text)).toHaveLength(2)
  })
})
