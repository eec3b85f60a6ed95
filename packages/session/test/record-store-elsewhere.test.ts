import { expect, it } from 'vitest'
import { deferred, type Listener, start } from './support/http.ts'
import { expressSession } from './support/implementations.ts'
import { MapStore } from './support/map-backend.ts'

/** A request that has read the session is overtaken by another, under express-session. */
async function overtaken(path: string) {
  const [arrived, release] = [deferred(), deferred()]
  const handler: Listener = async (req, res) => {
    if (req.url === '/login') req.session.user = 'Ada'
    if (req.url === '/write') req.session.user = 'Grace'
    if (req.url === '/logout') return req.session.destroy(() => res.end())
    if (req.url === '/slow') {
      arrived.resolve()
      await release.promise
      req.session.visits = 1
    }
    res.end(JSON.stringify(req.session))
  }
  const store = new MapStore()
  const app = await start(expressSession.session, handler, { store, resave: false, saveUninitialized: false })
  const cookie = await app.get('/login')
  const slow = app.get('/slow', { cookie })
  await arrived.promise
  await app.get(path, { cookie })
  release.resolve()
  await slow
  return { errors: app.errors, after: JSON.parse((await app.get('/', { cookie })).text) }
}

it('express-session: of two parallel writes the later one stays, without an error', async () => {
  const { errors, after } = await overtaken('/write')
  expect(errors).toEqual([])
  expect(after).toMatchObject({ user: 'Ada', visits: 1 })
})

it('express-session: a write after a logout is the upsert that it expects', async () => {
  const { errors, after } = await overtaken('/logout')
  expect(errors).toEqual([])
  expect(after).toMatchObject({ user: 'Ada', visits: 1 })
})
