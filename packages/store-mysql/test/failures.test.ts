import type { SessionError } from '@coatcheck/session'
import type { MysqlPromiseClient, MysqlStore } from '@coatcheck/store-mysql'
import mysql from 'mysql2/promise'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { coded, describeFailures, failureOf } from '../../session/test/support/failures.ts'
import { newDatabase, openPool, openStore, sessionOf, storeOn, urlOf } from './support/mysql.ts'

/** A store on a client that answers as the server does, until it is told to fail with this. */
async function failing(error: unknown): Promise<MysqlStore> {
  const pool = openPool(await newDatabase())
  let fails = false
  const client: MysqlPromiseClient = {
    query: query => (fails ? Promise.reject(error) : pool.query(query)),
    execute: query => (fails ? Promise.reject(error) : pool.execute(query)),
  }
  const store = storeOn(client)
  await store.length()
  fails = true
  return store
}

const numbered = (errno: number) =>
  Object.assign(new Error(`failed with ${errno}`), { code: 'ER_X', errno, sqlState: 'HY000' })

describeFailures('MySQL', {
  failing,
  open: url => openStore({}, url),
  away: [
    ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT'].map(coded),
    ...[1040, 1047, 1053, 1203, 1205, 1317, 1927, 1969, 3024, 4031].map(numbered),
    new Error("Can't add new command when connection is in closed state"),
    new Error('Pool is closed.'),
    new Error('Queue limit reached.'),
    new Error('No connections available.'),
  ],
  others: [...[1142, 1290, 1836, 1021].map(numbered), coded('ENOENT'), new Error('Something else')],
  nowhere: [
    ['mysql://127.0.0.1:1/app', 'ECONNREFUSED'],
    ['mariadb://a-host-that-is.invalid/app', /ENOTFOUND|EAI_AGAIN/],
  ],
})

describe('a database that is away', () => {
  it('open: a wrong password is no outage', async () => {
    const url = String(Object.assign(new URL(urlOf()), { password: 'wrong' }))
    const error = await failureOf(openStore({}, url).get('a'))
    expect(error.code).toBe('ER_ACCESS_DENIED_ERROR')
    expect(JSON.stringify([error.message, { ...error }])).not.toContain('wrong')
  })
})

describe('what errors tell', () => {
  it.each([true, false])(
    'neither the id nor the data of a session, whatever the server says (%s)',
    async prepare => {
      const database = await newDatabase()
      const pool = openPool(database)
      await pool.query(`
      CREATE TABLE sessions (sid varchar(20) PRIMARY KEY, data text NOT NULL, expires bigint NOT NULL)
      CHARACTER SET ascii COLLATE ascii_bin`)
      await pool.query('CREATE UNIQUE INDEX one ON sessions (data(6))')
      const store = openStore({ prepare }, urlOf(database))
      await store.set('secret id', sessionOf())
      const failures = await Promise.all([
        failureOf(store.set('ein secret ü', sessionOf())),
        failureOf(store.set('secret id', sessionOf({ text: 'secret of Äda' }))),
        failureOf(store.exchange('secret id', 'a secret of 21 letters', sessionOf())),
      ])
      for (const failure of failures) {
        expect(failure.code).toMatch(/^ER_/)
        const told = Object.getOwnPropertyNames(failure).map(name => failure[name as keyof SessionError])
        expect(JSON.stringify(told)).not.toMatch(/secret|xC3/)
      }
    },
  )
})

describe('a server that takes no writes', () => {
  const SIDS = Array.from({ length: 8 }, (_, i) => `sid ${i}`)

  it('read-only: sessions are read, alone and together, and writes are told why not', async () => {
    const database = await newDatabase()
    await Promise.all(SIDS.map(sid => openStore({}, urlOf(database)).set(sid, sessionOf({ sid }, 60_000))))
    const pool = openPool(database)
    pool.pool.on('connection', connection => {
      connection.query('SET SESSION TRANSACTION READ ONLY', () => {})
    })
    for (const sids of [SIDS.slice(0, 1), SIDS]) {
      const store = storeOn(pool)
      const read = () => Promise.all(sids.map(sid => store.get(sid, undefined, { renew: 60_000 })))
      for (let i = 0; i < 3; i++) expect(await read()).toMatchObject(sids.map(sid => ({ sid })))
      expect(await failureOf(store.set('a', sessionOf()))).toMatchObject({
        code: 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
      })
      expect(await failureOf(store.touch(SIDS[0]!, sessionOf({}, 60_000)))).toMatchObject({ errno: 1792 })
    }
  })

  it('rights: a user that may only read does so', async () => {
    const database = await newDatabase()
    await openStore({}, urlOf(database)).set('a', sessionOf({ n: 1 }, 60_000))
    const [admin, guest] = [openPool(), `${database}_reader`]
    await admin.query(`CREATE USER ${guest} IDENTIFIED BY 'guest'`)
    onTestFinished(async () => void (await admin.query(`DROP USER ${guest}`)))
    await admin.query(`GRANT SELECT ON ${database}.* TO ${guest}`)
    const url = String(Object.assign(new URL(urlOf(database)), { username: guest, password: 'guest' }))
    const store = openStore({}, url)
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    expect(await failureOf(store.set('a', sessionOf()))).toMatchObject({
      code: 'ER_TABLEACCESS_DENIED_ERROR',
    })
  })

  it('trigger: a row that a trigger does not let through is read', async () => {
    const database = await newDatabase()
    const pool = openPool(database)
    const store = storeOn(pool)
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    await pool.query(
      `CREATE TRIGGER refuse BEFORE UPDATE ON sessions FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'`,
    )
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    await expect(store.touch('a', sessionOf({}, 60_000))).rejects.toThrow('no')
  })
})

describe('a single connection', () => {
  it('client: under load it does what it is asked, for two stores', async () => {
    const client = await mysql.createConnection(urlOf(await newDatabase()))
    onTestFinished(() => client.end())
    const stores = ['a', 'b'].map(table => storeOn(client, { table }))
    const sids = Array.from({ length: 50 }, (_, i) => `${i}`)
    await Promise.all(stores.flatMap(store => sids.map(sid => store.set(sid, sessionOf({ sid })))))
    await failureOf(stores[0]!.get(1 as never))
    await Promise.all(stores.flatMap(store => [store.diagnose(), store.destroy('0'), store.length()]))
    for (const store of stores) expect(await store.length()).toBe(49)
  })
})

describe('fake timers', () => {
  it('a test that replaces the clock and the timers does not stop the store', async () => {
    const store = openStore({}, urlOf(await newDatabase()))
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    await store.set('b', sessionOf({ n: 2 }, 60_000))
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    expect(await Promise.all([1, 2, 3, 4].map(() => store.get('b')))).toMatchObject([{}, {}, {}, {}])
    expect(await store.destroy('a')).toBe(true)
  })
})
