import type { SessionOptions } from '@coatcheck/session'
import ConnectMongo from 'connect-mongo'
import { describe, expect, it } from 'vitest'
import { type Browser, expressSession, ours, startApp } from './support/app.ts'
import { newDatabase, storeOn } from './support/mongodb.ts'

type TheirOptions = Parameters<typeof ConnectMongo.create>[0]

/** Both stores on one collection, neither with an index. */
function both(options: { stringify?: boolean; transformId?: (sid: string) => string; timestamps?: boolean }) {
  const { client, dbName, sessions } = newDatabase()
  const theirs = (more: TheirOptions = {}) =>
    ConnectMongo.create({ client: client as never, dbName, autoRemove: 'disabled', ...options, ...more })
  return { sessions, theirs, store: storeOn(client, { dbName, ...options }) }
}

async function visits(browser: Browser, count: number): Promise<void> {
  expect(await browser.get('/visit')).toEqual({ status: 200, text: `Ada ${count}` })
}

const forms: [string, { stringify: boolean }][] = [
  ['as text', { stringify: true }],
  ['as documents', { stringify: false }],
]

describe.each(forms)('beside connect-mongo, %s', (_, form) => {
  it('connect-mongo: users stay logged in when an app goes over to this store, and back', async () => {
    const { theirs, store } = both(form)
    const app = await startApp(expressSession(theirs()))
    const browser = app.browser()
    await browser.get('/login')
    const options: SessionOptions = { resave: false, saveUninitialized: false }
    const turns = [
      ours(store, options),
      expressSession(theirs()),
      expressSession(store),
      ours(store, options),
    ]
    let count = 0
    for (const sessions of [...turns, expressSession(theirs())]) {
      await visits(browser, ++count)
      app.use(sessions)
      await visits(browser, ++count)
      // Read only: the session is touched.
      expect(await browser.get('/')).toEqual({ status: 200, text: 'Ada' })
    }
    expect(await store.length()).toBe(1)
    app.use(ours(store, options))
    await browser.get('/logout')
    app.use(expressSession(theirs()))
    expect(await browser.get('/')).toEqual({ status: 200, text: 'nobody' })
  })

  it('connect-mongo: the documents of both are alike', async () => {
    const { theirs, store, sessions } = both(form)
    const app = await startApp(expressSession(theirs()))
    await app.browser().get('/login')
    app.use(expressSession(store))
    await app.browser().get('/login')
    const documents = (await sessions.find().toArray()).map(({ _id, ...document }) => ({
      ...document,
      session: kindsOf(
        typeof document.session === 'string' ? JSON.parse(document.session) : document.session,
      ),
    }))
    expect(documents).toHaveLength(2)
    // Of what has no value their driver makes null.
    expect(documents[1]).toEqual({ session: documents[0]!.session, expires: expect.any(Date) })
    expect(Object.keys(documents[0]!).sort()).toEqual(['expires', 'session'])
  })

  it('connect-mongo: with touchAfter, theirs moves the expiry of what ours has written', async () => {
    const { theirs, store, sessions } = both(form)
    const app = await startApp(expressSession(theirs({ touchAfter: 3600 })))
    const browser = app.browser()
    await browser.get('/login')
    expect(await sessions.findOne()).toHaveProperty('lastModified')
    app.use(ours(store))
    await visits(browser, 1)
    expect(JSON.stringify(await store.all())).not.toContain('lastModified')
    app.use(expressSession(theirs({ touchAfter: 3600 })))
    await visits(browser, 2)
  })

  it('connect-mongo: timestamps and transformId mean the same', async () => {
    const transformId = (sid: string) => `id of ${sid}`
    const { theirs, store, sessions } = both({ ...form, transformId, timestamps: true })
    const app = await startApp(expressSession(theirs()))
    const browser = app.browser()
    await browser.get('/login')
    const before = (await sessions.findOne())!
    expect(before._id).toMatch(/^id of /)
    app.use(ours(store))
    await visits(browser, 1)
    const after = (await sessions.findOne())!
    expect(after).toMatchObject({ _id: before._id, createdAt: before.createdAt })
    expect(after.updatedAt!.valueOf()).toBeGreaterThanOrEqual(before.updatedAt!.valueOf())
    expect(await store.ids()).toEqual([before._id])
    // A session that begins here.
    await app.browser().get('/login')
    const own = (await sessions.findOne({ _id: { $ne: before._id } }))!
    expect(Object.keys(own).sort()).toEqual(Object.keys(after).sort())
    expect(own.createdAt).toEqual(own.updatedAt)
  })
})

describe('where connect-mongo differs', () => {
  it('connect-mongo: a request whose session is logged out meanwhile fails there, and not here', async () => {
    const { theirs, store } = both({})
    const gone = { cookie: { maxAge: 1000 } } as never
    const theirAnswer = new Promise(resolve => theirs().touch('gone', gone, resolve as never))
    expect(String(await theirAnswer)).toContain('Unable to find the session to touch')
    expect(await store.touch('gone', gone)).toBe(false)
  })

  it('connect-mongo: a document without an expiry lives, and gets one at the next touch', async () => {
    const { store, sessions } = both({})
    await sessions.insertOne({ _id: 'a', session: '{"cookie":{}}' })
    expect(await store.get('a')).toBeDefined()
    expect(await store.length()).toBe(1)
    expect(await store.ids()).toEqual(['a'])
    expect(await store.prune()).toBe(0)
    expect(await store.touch('a', { cookie: { maxAge: 60_000 } } as never)).toBe(true)
    expect((await sessions.findOne())!.expires!.valueOf() - Date.now()).toBeGreaterThan(50_000)
  })
})

describe('what connect-mongo has encrypted', () => {
  it.each([true, false])(
    'crypto: is ERR_SESSION_CORRUPT in one sentence, with stringify: %s',
    async stringify => {
      const { theirs, store, sessions } = both({ stringify })
      const app = await startApp(
        expressSession(theirs({ crypto: { secret: 'A secret, 32 characters or more' } })),
      )
      await app.browser().get('/login')
      const { _id } = (await sessions.findOne())!
      await expect(store.get(_id)).rejects.toMatchObject({
        code: 'ERR_SESSION_CORRUPT',
        message: expect.stringMatching(/^The stored session is encrypted, .*connect-mongo.*"codec"[^.]*$/),
      })
      // A list leaves it out, and a logout removes it.
      expect(await store.ids()).toEqual([_id])
      expect(await store.all()).toEqual({})
      expect(await store.destroy(_id)).toBe(true)
    },
  )
})

/** The shape of a value, without what differs between two logins. */
function kindsOf(value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (value instanceof Date) return 'date'
  if (typeof value !== 'object') return typeof value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, kindsOf(item)]])),
  )
}
