import { setTimeout as sleep } from 'node:timers/promises'
import { session } from '@coatcheck/session'
import mysql from 'mysql2/promise'
import { describe, expect, it, onTestFinished } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { SECRET, serve } from '../../session/test/support/http.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { holdRow, newDatabase, openPool, openStore, rowsOf, sessionOf, urlOf } from './support/mysql.ts'

const AWAY = { code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503 }

/** Waits until it is so. The test's own time is the limit. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20)
}

/** How many connections the server has to this database, or those of them that do something. */
function connectionsTo(database: string, busy = false) {
  const admin = openPool()
  return async () =>
    (await rowsOf(admin, 'SHOW FULL PROCESSLIST')).filter(
      row => row.db === database && (!busy || row.Command !== 'Sleep'),
    ).length
}

/** A connection that holds a lock on the table until `release`. */
async function lockTable(database: string, mode: 'READ' | 'WRITE') {
  const client = await mysql.createConnection(urlOf(database))
  onTestFinished(() => client.destroy())
  await client.query(`LOCK TABLES sessions ${mode}`)
  return { release: () => client.query('UNLOCK TABLES') }
}

describe('limits in the server', () => {
  it('open: a locked table leaves no pile of statements that nobody waits for', async () => {
    const database = await newDatabase()
    const store = openStore({ max: 3, queryTimeout: 300, connectTimeout: 500 }, urlOf(database))
    await store.set('a', sessionOf())
    const count = connectionsTo(database)
    const { release } = await lockTable(database, 'WRITE')
    let locked = true
    const failures: unknown[] = []
    const users = Array.from({ length: 12 }, async (_, i) => {
      while (locked) await store.set(`${i}`, sessionOf()).catch(error => failures.push(error))
    })
    let most = 0
    // Many times as long as a statement may take.
    for (const end = Date.now() + 5000; Date.now() < end; await sleep(50))
      most = Math.max(most, await count())
    locked = false
    await Promise.all(users)
    expect(failures.length).toBeGreaterThan(12)
    for (const failure of failures) expect(failure).toMatchObject(AWAY)
    // With the one that holds the lock. Those whose end the server has not seen yet may be there beside their successors.
    expect(most).toBeLessThanOrEqual(7)
    await release()
    await store.set('b', sessionOf({ user: 'Ada' }))
    expect(await store.get('b')).toMatchObject({ user: 'Ada' })
  })

  it('set: waits for a lock for longer than a touch would, and is stored when it is free', async () => {
    const database = await newDatabase()
    const store = openStore({}, urlOf(database))
    await store.set('a', sessionOf({ n: 1 }))
    const held = await holdRow(database, 'a')
    let stored = false
    const storing = store.set('a', sessionOf({ n: 2 })).then(() => {
      stored = true
    })
    await sleep(2500)
    expect(stored).toBe(false)
    await held.commit()
    await storing
    expect(await store.get('a')).toMatchObject({ n: 2 })
  })

  it('touch: of a row that somebody else holds for too long is an error, and reads go on', async () => {
    const database = await newDatabase()
    const store = openStore({}, urlOf(database))
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const held = await holdRow(database, 'a')
    await expect(store.touch('a', sessionOf({}, 60_000))).rejects.toMatchObject(AWAY)
    expect(await store.get('a')).toMatchObject({ n: 1 })
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    await held.commit()
    expect(await store.touch('a', sessionOf({}, 60_000))).toBe(true)
  })
})

describe('a page that only reads', () => {
  it.each(['row', 'table'])('a %s that is locked: goes out, and long before the lock is free', async what => {
    const database = await newDatabase()
    const store = openStore({}, urlOf(database))
    const heard: unknown[] = []
    const sessions = session.strict({ secret: SECRET, store, onError: error => void heard.push(error) })
    const app = await serve((req, res) => {
      sessions(req as never, res as never, error => {
        if (req.url === '/login') Object.assign(req.session, { user: 'Ada' })
        res.statusCode = error ? 500 : 200
        res.end(String(req.session?.user))
      })
    })
    const cookie = await app.get('/login')
    const sid = (await store.ids())[0]!
    const { release } =
      what === 'row'
        ? await holdRow(database, sid).then(({ commit }) => ({ release: commit }))
        : await lockTable(database, 'READ')
    expect(await app.get('/', { cookie })).toMatchObject({ status: 200, text: 'Ada' })
    await release()
    for (const error of heard) expect(error).toMatchObject(AWAY)
  })

  it('renew: a table that takes no writes at the moment is read, and renewed when it does again', async () => {
    const database = await newDatabase()
    const store = openStore({}, urlOf(database))
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    await openPool(database).query('UPDATE sessions SET expires = expires - 30000')
    const { release } = await lockTable(database, 'READ')
    for (let i = 0; i < 3; i++) {
      expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    }
    await release()
    await until(async () => {
      await store.get('a', undefined, { renew: 60_000 })
      return new Date((await store.get('a'))!.cookie.expires as Date).valueOf() > Date.now() + 45_000
    })
  })
})

describe('a process that is killed', () => {
  const built = useBuilt({ stores: ['store-mysql'] })

  it('open: leaves nothing in the server, whatever its statements waited for', async () => {
    const database = await newDatabase()
    await openStore({}, urlOf(database)).set('a', sessionOf())
    const [busy, all] = [connectionsTo(database, true), connectionsTo(database)]
    const before = await all()
    const { release } = await lockTable(database, 'WRITE')
    const { child, ended } = runProcess(
      built.folder,
      `
      import { MysqlStore } from '@coatcheck/store-mysql'
      const store = MysqlStore.open(${JSON.stringify(urlOf(database))}, { queryTimeout: 5000 })
      for (let i = 0; i < 5; i++) store.set(String(i), { cookie: {} }).catch(() => {})
      setInterval(() => {}, 1000)
    `,
    )
    await until(async () => (await busy()) >= 1)
    child.kill('SIGKILL')
    await ended.catch(() => {})
    // With the one that holds the lock.
    await until(async () => (await all()) === before + 1)
    await release()
  })

  it('exchange, update: a process that is killed at any moment leaves one session, and a whole one', async () => {
    const database = await newDatabase()
    const store = openStore({}, urlOf(database))
    const MOVER = `
      import { MysqlStore } from '@coatcheck/store-mysql'
      const store = MysqlStore.open(${JSON.stringify(urlOf(database))})
      const moved = at => ({ cookie: {}, at, text: 'x'.repeat(10_000) })
      await store.set('0', moved(0))
      process.send('begun')
      for (let i = 0; ; i++) {
        await store.exchange(String(i), String(i + 1), moved(i + 1))
        const session = await store.get(String(i + 1))
        session.again = i + 1
        await store.set(String(i + 1), session)
      }
    `
    for (let round = 0; round < 5; round++) {
      const { child, message, ended } = runProcess(built.folder, MOVER, {})
      await message()
      await sleep(20 + Math.random() * 100)
      child.kill('SIGKILL')
      await ended.catch(() => {})
      // What the server has begun it ends.
      await until(async () => (await connectionsTo(database)()) <= 1)
      const ids = await store.ids()
      expect(ids).toHaveLength(1)
      const found = (await store.get(ids[0]!)) as unknown as { at: number; text: string }
      expect([String(found.at), found.text.length]).toEqual([ids[0], 10_000])
      await store.clear()
    }
  })
})
