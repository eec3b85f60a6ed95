import connect from 'connect'
import { expect, it } from 'vitest'
import { type Listener, readId, readSetCookie, SECRET, serve } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'

/** An admin area with a cookie and ids of its own, on the store of the site. */
function site(handler: Listener) {
  const store = storeWith(ours)
  const options = { secret: SECRET, store, resave: false, saveUninitialized: false }
  const app = connect()
  let made = 0
  const own = { path: '/admin', maxAge: 60_000, sameSite: 'strict' }
  app.use(ours({ ...options, name: 'admin', cookie: own, genid: () => `admin-${++made}` }) as never)
  app.use(ours({ ...options, name: 'site', cookie: { path: '/', sameSite: 'lax' } }) as never)
  app.use(handler as never)
  return serve(app as unknown as Listener)
}

it('middleware: two on one store keep to their own cookie and ids', async () => {
  const client = await site((req, res) => {
    req.session.area = req.url
    res.end()
  })
  const admin = await client.get('/admin')
  expect(readId(admin, 'admin')).toBe('admin-1')
  expect(readSetCookie(admin, 'admin')?.attributes).toMatchObject({ Path: '/admin', SameSite: 'Strict' })
  expect(readSetCookie(admin, 'site')).toBeUndefined()

  const home = await client.get('/')
  expect(readId(home, 'site')).not.toMatch(/^admin/)
  expect(readSetCookie(home, 'site')?.attributes).toEqual({ Path: '/', HttpOnly: true, SameSite: 'Lax' })
})

it('middleware: a session that is regenerated on a shared store has the cookie and id of its own middleware', async () => {
  const client = await site(async (req, res) => {
    await (req.session.regenerate as () => Promise<void>)()
    res.end()
  })
  const admin = await client.get('/admin')
  expect(readId(admin, 'admin')).toBe('admin-2')
  expect(readSetCookie(admin, 'admin')?.attributes).toMatchObject({ Path: '/admin', SameSite: 'Strict' })
})

it('middleware: eleven on one store make no MaxListenersExceededWarning', async () => {
  const heard: string[] = []
  const hear = ({ name }: Error) => heard.push(name)
  process.on('warning', hear)
  const store = storeWith(ours)
  for (let made = 0; made < 11; made++) {
    ours({ secret: SECRET, name: `sid${made}`, store, resave: false, saveUninitialized: false })
  }
  await new Promise(setImmediate)
  process.off('warning', hear)
  expect(heard).not.toContain('MaxListenersExceededWarning')
})
