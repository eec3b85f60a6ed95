import { setTimeout as sleep } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import { describe, expect, it, onTestFinished } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { describeLocks } from '../../session/test/support/locks.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { holdRow, newDatabase, openPool, openStore, rowsOf, sessionOf, urlOf } from './support/mysql.ts'

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

describeLocks({
  place: newDatabase,
  open: (database, options) => openStore(options, urlOf(database)),
  connections(database) {
    const count = connectionsTo(database)
    // But for the one that holds the lock.
    return async () => (await count()) - 1
  },
  holdRow,
  lockTable: (database, whom) => lockTable(database, whom === 'all' ? 'WRITE' : 'READ'),
  patience: ['a touch', 2500],
})

describe('a page that only reads', () => {
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
