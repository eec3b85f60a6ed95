import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

const NOON = Date.UTC(2030, 0, 1, 12)

/** The clock stands still, at `NOON` plus so many milliseconds. */
function at(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON + ms })
}

afterEach(() => void vi.useRealTimers())

const layouts: [string, string][] = [
  ['our own table', ''],
  [
    'a table of ours that somebody has made',
    'CREATE TABLE sessions (sid TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL, expires INTEGER NOT NULL)',
  ],
  ["connect-sqlite3's table", 'CREATE TABLE sessions (sid PRIMARY KEY, expired, sess)'],
  [
    "better-sqlite3-session-store's table",
    'CREATE TABLE sessions (sid TEXT NOT NULL PRIMARY KEY, sess JSON NOT NULL, expire TEXT NOT NULL)',
  ],
]

describe.each(layouts)('%s', (_, ddl) => {
  function open(options = {}) {
    const file = tempFile()
    openClient(file).exec(ddl)
    return openStore(file, options)
  }

  it('expiry: a session is there in its last millisecond, and not in the next', async () => {
    at(0)
    const store = open()
    await store.set('a', sessionOf({ user: 'Ada' }, 900))
    at(899)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect([await store.length(), await store.ids()]).toEqual([1, ['a']])
    at(900)
    expect(await store.get('a')).toBeUndefined()
    expect([await store.length(), await store.ids(), await store.all()]).toEqual([0, [], {}])
  })

  it('touch: moves the expiry on by the millisecond, and leaves the data', async () => {
    at(0)
    const store = open()
    await store.set('a', sessionOf({ user: 'Ada' }, 900))
    at(899)
    expect(await store.touch('a', sessionOf({ user: 'Eve' }, 900))).toBe(true)
    at(899 + 899)
    const session = await store.get('a')
    expect(session).toMatchObject({ user: 'Ada' })
    expect(new Date(session!.cookie.expires as Date).valueOf()).toBe(NOON + 899 + 900)
    at(899 + 900)
    expect(await store.get('a')).toBeUndefined()
  })

  it('touch: does not bring back an expired session', async () => {
    at(0)
    const store = open()
    await store.set('a', sessionOf({}, 900))
    at(900)
    expect(await store.touch('a', sessionOf({}, 60_000))).toBe(false)
    expect(await store.get('a')).toBeUndefined()
  })

  it('set: a session that was read does not come back once it has expired', async () => {
    at(0)
    const store = open()
    await store.set('a', sessionOf({}, 900))
    const session = await store.get('a')
    at(900)
    Object.assign(session!.cookie, { expires: new Date(NOON + 60_000) })
    await expect(store.set('a', session!)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(await store.get('a')).toBeUndefined()
  })

  it('set: a new session takes the place of one that has expired and was not pruned yet', async () => {
    at(0)
    const store = open()
    await store.set('a', sessionOf({ user: 'Ada' }, 900))
    at(900)
    await store.set('a', sessionOf({ user: 'Bob' }, 900))
    expect(await store.get('a')).toMatchObject({ user: 'Bob' })
  })

  it('ttl: counts where the cookie names no end, in fractions of a millisecond too', async () => {
    at(0)
    const store = open({ ttl: 900.25 })
    await store.set('a', sessionOf())
    at(900)
    expect(await store.get('a')).toBeDefined()
    at(901)
    expect(await store.get('a')).toBeUndefined()
  })

  it('ttl: the longest lifetimes there are end with the year 9999', async () => {
    at(0)
    const store = open({ ttl: Number.POSITIVE_INFINITY })
    await store.set('no end', sessionOf())
    await store.set('the last Date', sessionOf({ cookie: { expires: new Date(8.64e15) } }))
    expect(await store.get('no end')).toBeDefined()
    const session = await store.get('the last Date')
    expect(new Date(session!.cookie.expires as Date).toISOString()).toBe('9999-12-31T23:59:59.999Z')
    expect(await store.prune()).toBe(0)
  })

  it('prune: deletes what has expired and nothing else', async () => {
    at(0)
    const store = open()
    await store.set('short', sessionOf({}, 900))
    await store.set('long', sessionOf({}, 901))
    at(900)
    expect(await store.prune()).toBe(1)
    expect(await store.prune()).toBe(0)
    expect(await store.ids()).toEqual(['long'])
  })

  it('prune: goes by the expiry as it was last moved, on or back', async () => {
    at(0)
    const store = open()
    for (const sid of ['as it was', 'on', 'back', 'set on', 'set back'])
      await store.set(sid, sessionOf({}, 900))
    await store.touch('on', sessionOf({}, 1800))
    await store.touch('back', sessionOf({}, 300))
    await store.set('set on', sessionOf({}, 1800))
    await store.set('set back', sessionOf({}, 300))
    at(300)
    expect(await store.length()).toBe(3)
    expect(await store.prune()).toBe(2)
    at(900)
    expect(await store.length()).toBe(2)
    expect(await store.prune()).toBe(1)
    expect(await store.prune()).toBe(0)
    expect(await store.ids()).toEqual(['on', 'set on'])
    at(1800)
    expect(await store.length()).toBe(0)
    expect(await store.prune()).toBe(2)
  })

  it('prune: finds what has expired behind many that live on', async () => {
    at(0)
    const store = open()
    const living = Array.from({ length: 1500 }, (_, i) => `living ${i}`)
    for (const sid of living) await store.set(sid, sessionOf({}, 100))
    for (const sid of living) await store.touch(sid, sessionOf({}, 1800))
    for (let i = 0; i < 1500; i++) await store.set(`short ${i}`, sessionOf({}, 900))
    at(900)
    expect(await store.prune()).toBe(1500)
    expect(await store.length()).toBe(1500)
    expect(await store.prune()).toBe(0)
  })
})

describe('prune', () => {
  it('prune: the timer removes expired rows from the file', async () => {
    const file = tempFile()
    const store = openStore(file, { pruneInterval: 40 })
    await store.set('short', sessionOf({}, 20))
    await store.set('long', sessionOf({}, 60_000))
    const rows = openClient(file).prepare('SELECT sid FROM sessions').pluck()
    while (rows.all().length > 1) await sleep(10)
    expect(rows.all()).toEqual(['long'])
  })

  it('prune: takes many expired sessions in batches, and requests get through in between', async () => {
    const file = tempFile()
    const store = openStore(file)
    await store.length()
    const insert = openClient(file).prepare(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
      INSERT INTO sessions (sid, data, expires) SELECT printf('sid %d', i), '{"cookie":{}}', ? + i % 3 * 1e12 FROM n`)
    insert.run(1)
    await store.set('known', sessionOf({ user: 'Ada' }))
    let turns = 0
    const count = setInterval(() => turns++, 0)
    let done = false
    const pruned = store.prune().finally(() => {
      done = true
    })
    const meanwhile: boolean[] = []
    while (!done) {
      meanwhile.push((await store.get('known')) !== undefined)
      await new Promise(setImmediate)
    }
    clearInterval(count)
    expect(await pruned).toBe(3000)
    expect(meanwhile.length).toBeGreaterThan(2)
    expect(meanwhile).not.toContain(false)
    expect(await store.length()).toBe(1501)
  })
})

describe('our own table', () => {
  function rowOf(file: string): unknown {
    return openClient(file).prepare('SELECT due, expires FROM sessions').get()
  }

  it('due: stays where it is when the expiry moves on, and never is after it', async () => {
    at(0)
    const file = tempFile()
    const store = openStore(file)
    await store.set('a', sessionOf({}, 900))
    expect(rowOf(file)).toEqual({ due: NOON + 900, expires: NOON + 900 })
    await store.touch('a', sessionOf({}, 1800))
    expect(rowOf(file)).toEqual({ due: NOON + 900, expires: NOON + 1800 })
    await store.set('a', sessionOf({}, 3600))
    expect(rowOf(file)).toEqual({ due: NOON + 900, expires: NOON + 3600 })
    await store.touch('a', sessionOf({}, 300))
    expect(rowOf(file)).toEqual({ due: NOON + 300, expires: NOON + 300 })
    await store.set('a', sessionOf({}, 900))
    at(300)
    expect(await store.prune()).toBe(0)
    expect(rowOf(file)).toEqual({ due: NOON + 900, expires: NOON + 900 })
  })

  it('due: follows an expiry that somebody sets back by hand', async () => {
    at(0)
    const file = tempFile()
    const store = openStore(file)
    await store.set('a', sessionOf({}, 900))
    openClient(file).prepare('UPDATE sessions SET expires = ?').run(NOON)
    expect(await store.length()).toBe(0)
    expect(await store.prune()).toBe(1)
  })
})
