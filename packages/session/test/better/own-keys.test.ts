import { expect, it } from 'vitest'
import { type Listener, signed, start } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'

/** An application that lets its users choose the names of keys. */
const open: Listener = (req, res) => {
  if (req.url !== '/') {
    const { key, value } = JSON.parse(decodeURIComponent((req.url as string).slice(1)))
    req.session[key] = value
  }
  res.end(String(req.session.user ?? 'nobody'))
}

async function shop() {
  const store = new MapStore()
  await store.set('victim', { cookie: { originalMaxAge: null }, user: 'Grace' })
  await store.set('attacker', { cookie: { originalMaxAge: null }, user: 'Mallory' })
  const app = await start(ours.strict as never, open, { store } as never)
  return { app, cookie: signed('attacker') }
}

const redirect = { to: 'victim', until: Date.now() + 1_000_000 }

it.each([
  ['coatcheck.redirect', redirect],
  ['coatcheck.pointer', redirect],
  ['cookie', { originalMaxAge: null, 'coatcheck.redirect': redirect }],
  ['__proto__', { 'coatcheck.redirect': redirect, user: 'Grace' }],
])('keys: a user who writes the key %s does not get the session of somebody else', async (key, value) => {
  const { app, cookie } = await shop()
  await app.get(`/${encodeURIComponent(JSON.stringify({ key, value }))}`, { cookie })
  const reply = await app.get('/', { cookie })
  expect(reply.text).not.toBe('Grace')
  expect(reply.setCookie.filter(line => line.includes('victim'))).toEqual([])
})

it('regenerate: data cannot change what the session is', async () => {
  const store = new MapStore()
  const handler: Listener = async (req, res) => {
    const text =
      req.url === '/proto' ? '{"__proto__":{"admin":true},"user":"Ada"}' : `{"${req.url?.slice(1)}":"x"}`
    await (req.session.regenerate as never as (options: object) => Promise<void>)({ data: JSON.parse(text) })
    res.end(`${req.session.admin} ${typeof req.session.save}`)
  }
  const app = await start(ours.strict as never, handler, { store } as never)
  expect((await app.get('/proto')).text).toBe('undefined function')
  expect(dataIn(store)).toMatchObject([{ user: 'Ada' }])
  for (const key of ['save', 'id', 'req', 'touch']) {
    const refused = await app.get(`/${key}`)
    expect(refused.status).toBe(500)
    expect(refused.text).toContain(`data must not have the key "${key}"`)
  }
})
