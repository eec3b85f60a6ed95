import { describe, expect, it } from 'vitest'
import { type Listener, readId, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { newId, newKey, SharedDatabase, sessionOf } from './database.ts'

const KEY = /^h1\.[\w-]{43}$/

/** Everything that is in the database. */
function dump(database: SharedDatabase): string {
  return JSON.stringify(database.client.prepare('SELECT * FROM sessions').all())
}

describe.each([
  ['SHA-256', true],
  ['HMAC', newKey()],
  ['HMAC by a text', newKey().toString('hex')],
])('hashed ids, by %s', (_, hashIds) => {
  function hashed() {
    const [database, id] = [new SharedDatabase(), newId()]
    return { database, id, store: database.store({ hashIds }) }
  }

  it('hashIds: the id is nowhere in the database, and finds the session', async () => {
    const { database, id, store } = hashed()
    await store.set(id, sessionOf({ user: 'Ada' }))
    expect(database.row().sid).toMatch(KEY)
    expect(dump(database)).not.toContain(id)
    expect(await store.get(id)).toMatchObject({ user: 'Ada' })
  })

  it('hashIds: every method of the store finds the session by its id', async () => {
    const { id, store } = hashed()
    expect(await store.insert(id, sessionOf({ n: 1 }))).toBe(true)
    expect(await store.insert(id, sessionOf({ n: 9 }))).toBe(false)
    const session = await store.get(id)
    await store.set(id, Object.assign(session!, { n: 2 }))
    expect(await store.update(id, session => ({ ...session, n: 3 }))).toMatchObject({ n: 3 })
    expect(await store.touch(id, sessionOf({}, 120_000))).toBe(true)
    expect(await store.exchange(id, 'another', sessionOf({ n: 4 }))).toBe(true)
    expect([await store.get(id), await store.get('another')]).toMatchObject([undefined, { n: 4 }])
    expect([await store.destroy('another'), await store.length()]).toEqual([true, 0])
  })

  it('hashIds: what a listing shows finds nothing as an id', async () => {
    const { id, store } = hashed()
    await store.set(id, sessionOf({ user: 'Ada' }))
    const [key] = await store.ids()
    expect(key).toMatch(KEY)
    expect(Object.keys(await store.all())).toEqual([key])
    for await (const [listed, session] of store.entries()) {
      expect([listed, session]).toMatchObject([key, { user: 'Ada' }])
    }
    expect(await store.get(key!)).toBeUndefined()
    expect(
      await new Promise((resolve, reject) => store.load(key!, (e, s) => (e ? reject(e) : resolve(s)))),
    ).toBe(undefined)
  })

  it('hashIds: a session of a listing is changed and ended by what is listed', async () => {
    const { id, store } = hashed()
    await store.set(id, sessionOf({ user: 'Ada' }))
    const [key] = (await store.ids()) as [string]
    await store.update(key, session => ({ ...session, banned: true }))
    expect(await store.get(id)).toMatchObject({ user: 'Ada', banned: true })
    expect(await store.destroy(key)).toBe(true)
    expect(await store.get(id)).toBeUndefined()
  })

  it('hashIds: sessions that are still stored under their ids are out of reach, and are not listed', async () => {
    const { database, id, store } = hashed()
    await database.store().set(id, sessionOf({ user: 'Ada' }))
    expect([await store.get(id), await store.ids()]).toEqual([undefined, []])
  })
})

it('hashIds: ids of any text have keys of their own', async () => {
  const [database, ids] = [
    new SharedDatabase(),
    ['', ' ', 'é', 'e\u0301', '\ud800', '\ud801', 'x'.repeat(500)],
  ]
  const store = database.store({ hashIds: true })
  for (const id of ids) await store.set(id, sessionOf({ id }))
  for (const id of ids) expect(await store.get(id)).toMatchObject({ id })
  expect(await store.length()).toBe(ids.length)
})

it('hashIds: another key of HMAC finds nothing', async () => {
  const [database, id] = [new SharedDatabase(), newId()]
  await database.store({ hashIds: newKey() }).set(id, sessionOf())
  expect(await database.store({ hashIds: newKey() }).get(id)).toBeUndefined()
})

it('hashIds: with encryption, a session does not open under another key', async () => {
  const [database, id, other] = [new SharedDatabase(), newId(), newId()]
  const store = database.store({ hashIds: true, encryption: { keys: [newKey()] } })
  await store.set(id, sessionOf({ user: 'admin' }))
  await store.set(other, sessionOf({ user: 'Eve' }))
  const text = database.client.prepare('SELECT data FROM sessions WHERE sid = ?')
  const [mine, theirs] = (await store.ids()) as [string, string]
  const { data } = text.get(mine) as { data: string }
  database.client.prepare('UPDATE sessions SET data = ? WHERE sid = ?').run(data, theirs)
  const results = await Promise.allSettled([store.get(id), store.get(other)])
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

const rotates: Listener = async (req, res) => {
  if (req.url === '/login') req.session.user = 'Ada'
  if (req.url === '/rotate') await req.session.regenerate({ keep: true, grace: 60_000 } as never)
  if (req.url === '/logout') await req.session.destroy()
  res.end(req.session?.user ?? 'nobody')
}

describe.each([
  ['hashed ids', {}],
  ['hashed and encrypted', { encryption: { keys: [newKey()] } }],
])('a new id with grace, %s', (_, options) => {
  async function rotated() {
    const database = new SharedDatabase()
    const store = database.store({ hashIds: true, ...options })
    const app = await start(ours, rotates, { store, resave: false, saveUninitialized: false })
    const old = await app.get('/login')
    const fresh = await app.get('/rotate', { cookie: old })
    return { database, store, app, old, fresh }
  }

  it('hashIds: the old cookie leads to the session, and neither id is in the database', async () => {
    const { database, app, old, fresh } = await rotated()
    const [before, after] = [readId(old), readId(fresh)]
    expect(before).not.toBe(after)
    const reply = await app.get('/', { cookie: old })
    expect([reply.text, readId(reply)]).toEqual(['Ada', after])
    expect((await app.get('/', { cookie: fresh })).text).toBe('Ada')
    for (const id of [before, after]) expect(dump(database)).not.toContain(id)
  })

  it('hashIds: no listing shows the new id', async () => {
    const { store, old, fresh } = await rotated()
    const listed = JSON.stringify([await store.all(), await store.ids()])
    expect(Object.keys(await store.all())).toHaveLength(2)
    for (const reply of [old, fresh]) expect(listed).not.toContain(readId(reply))
  })

  it('hashIds: a logout with the old cookie ends the session', async () => {
    const { database, app, old, fresh } = await rotated()
    await app.get('/logout', { cookie: old })
    expect((await app.get('/', { cookie: fresh })).text).toBe('nobody')
    expect(database.rows().filter(({ data }) => data.includes('Ada'))).toEqual([])
  })

  it('hashIds: a logout of another process that meets only the redirect ends the session', async () => {
    const { store, app, old, fresh } = await rotated()
    await store.destroy(readId(old)!)
    expect((await app.get('/', { cookie: fresh })).text).toBe('nobody')
  })

  it('hashIds: a redirect of a listing is ended, and its session with it', async () => {
    const { store, app, fresh } = await rotated()
    const sessions = Object.entries(await store.all())
    const [redirect] = sessions.find(([, session]) => !('user' in session))!
    expect(await store.destroy(redirect)).toBe(true)
    expect(await store.ids()).toEqual([])
    expect((await app.get('/', { cookie: fresh })).text).toBe('nobody')
  })

  it('hashIds: an update by the old id, or by what a listing shows of it, changes the session', async () => {
    const { store, old, fresh } = await rotated()
    const sessions = Object.entries(await store.all())
    const [redirect] = sessions.find(([, session]) => !('user' in session))!
    await store.update(readId(old)!, session => ({ ...session, by: 'id' }))
    expect(await store.get(readId(fresh)!)).toMatchObject({ by: 'id' })
    await store.update(redirect, session => ({ ...session, by: 'key' }))
    expect(await store.get(readId(fresh)!)).toMatchObject({ by: 'key' })
  })
})
