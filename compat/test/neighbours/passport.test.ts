import express from 'express'
import passport, { type AuthenticateOptions } from 'passport'
import { Strategy } from 'passport-local'
import { describe, expect, it } from 'vitest'
import { type Listener, serve } from '../../../packages/session/test/support/http.ts'
import { handler, sidOf } from '../support/account.ts'
import { browse } from '../support/browser.ts'
import { COMMON, coatcheck, implementations, type SessionModule } from '../support/sessions.ts'

interface User {
  name: string
}

/** Users who can log in with any of these, and who may be deleted meanwhile. */
function authenticator(users: Map<string, User>) {
  const auth = new passport.Passport()
  auth.use(
    new Strategy((name, password, done) => {
      const user = users.get(name)
      done(null, user && password === 'secret' ? user : false, { message: 'wrong' })
    }),
  )
  auth.serializeUser((user, done) => done(null, (user as User).name))
  auth.deserializeUser((name, done) => done(null, users.get(name as string) ?? false))
  return auth
}

async function open(session: SessionModule, options: AuthenticateOptions = {}) {
  const users = new Map([['ada', { name: 'ada' }]])
  const auth = authenticator(users)
  const store = new session.MemoryStore()
  const app = express().set('env', 'test')
  app.use(session({ ...COMMON, store }) as never, auth.session())
  app.post('/login', auth.authenticate('local', { successRedirect: '/', ...options }))
  app.post('/logout', (req, res, next) => {
    req.logout({ keepSessionInfo: options.keepSessionInfo ?? false }, error =>
      error ? next(error) : res.redirect('/'),
    )
  })
  app.post(
    '/cart',
    handler((req, res) => {
      req.session.cart = 'a coat'
      res.end()
    }),
  )
  app.get('/', (req, res) => {
    const { cart, messages } = req.session as { cart?: string; messages?: string[] }
    const { name = 'nobody' } = (req.user ?? {}) as Partial<User>
    res.json({ name, cart, messages })
  })
  const site = await serve(app as unknown as Listener)
  const browser = browse(site)
  const login = (password = 'secret') => browser.post(`/login?username=ada&password=${password}`)
  const home = async () => JSON.parse((await browser.visit('/')).text)
  return { browser, login, home, store, users, site }
}

describe.each(implementations)('Passport on $name', ({ session }) => {
  it('login: the page that it leads to knows the user, and each one after', async () => {
    const { login, home } = await open(session)
    expect(JSON.parse((await login()).text)).toEqual({ name: 'ada' })
    expect(await home()).toEqual({ name: 'ada' })
  })

  it('login: gives a new id and forgets what was in the session', async () => {
    const { browser, login, home, store } = await open(session)
    await browser.post('/cart')
    const [before, planted] = [sidOf(browser), new Map(browser.cookies)]
    await login()
    expect(sidOf(browser)).not.toBe(before)
    expect(await home()).toEqual({ name: 'ada' })
    expect(Object.keys(store.sessions)).toEqual([sidOf(browser)])
    browser.cookies.set('connect.sid', planted.get('connect.sid')!)
    expect(await home()).toEqual({ name: 'nobody' })
  })

  it('login: a wrong password is 401, and changes nothing', async () => {
    const { browser, login, home } = await open(session)
    await browser.post('/cart')
    const before = sidOf(browser)
    expect((await login('wrong')).status).toBe(401)
    expect(await home()).toEqual({ name: 'nobody', cart: 'a coat' })
    expect(sidOf(browser)).toBe(before)
  })

  it('failureMessage: is in the session of the page that the failure leads to', async () => {
    const { login } = await open(session, { failureRedirect: '/', failureMessage: true })
    expect(JSON.parse((await login('wrong')).text)).toEqual({ name: 'nobody', messages: ['wrong'] })
  })

  it('logout: the user is forgotten under a new id, and the old one ends', async () => {
    const { browser, login, home, store } = await open(session)
    await login()
    await browser.post('/cart')
    const [before, planted] = [sidOf(browser), new Map(browser.cookies)]
    expect(JSON.parse((await browser.post('/logout')).text)).toEqual({ name: 'nobody' })
    expect(Object.keys(store.sessions)).not.toContain(before)
    browser.cookies.set('connect.sid', planted.get('connect.sid')!)
    expect(await home()).toEqual({ name: 'nobody' })
  })

  it('keepSessionInfo: what was in the session outlives login and logout, under new ids', async () => {
    const { browser, login, home } = await open(session, { keepSessionInfo: true })
    await browser.post('/cart')
    const ids = [sidOf(browser)]
    await login()
    expect(await home()).toEqual({ name: 'ada', cart: 'a coat' })
    ids.push(sidOf(browser))
    await browser.post('/logout')
    expect(await home()).toEqual({ name: 'nobody', cart: 'a coat' })
    ids.push(sidOf(browser))
    expect(new Set(ids).size).toBe(3)
  })

  it('deserialize: a user who was deleted is nobody, and stays logged out', async () => {
    const { login, home, users } = await open(session)
    await login()
    users.delete('ada')
    expect(await home()).toEqual({ name: 'nobody' })
    users.set('ada', { name: 'ada' })
    expect(await home()).toEqual({ name: 'nobody' })
  })
})

describe('Passport on ours', () => {
  it('login: writes the new session once', async () => {
    const { session } = coatcheck
    const { login, store } = await open(session)
    const written: string[] = []
    const set = store.set.bind(store)
    store.set = (sid, data, done) => {
      written.push(sid)
      return set(sid, data, done)
    }
    await login()
    expect(written).toHaveLength(1)
  })
})
