import { setTimeout as sleep } from 'node:timers/promises'
import { MysqlStore, type MysqlStoreOptions } from '@coatcheck/store-mysql'
import mysql from 'mysql2'
import promises, { type RowDataPacket } from 'mysql2/promise'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { describeOpenOptions } from '../../session/test/support/open-options.ts'
import { hearWarnings } from '../../session/test/support/warnings.ts'
import { newDatabase, openPool, openStore, rowsOf, sessionOf, urlOf } from './support/mysql.ts'

describeOpenOptions({
  Store: MysqlStore,
  example: 'mysql://user:password@host:3306/database',
  url: urlOf,
  noUrls: [undefined, '', 'localhost', 'postgres://a@b/c', 1, null],
  unparsable: [
    'mysql://ada:se%cret@host/db',
    'mariadb://ada:secret@host:99999/db',
    'mysql://ada:secret@[host/db',
  ],
  switches: ['createTable', 'prepare'],
  client: { query: async () => {}, execute: async () => {} },
  meant: [
    ['tabel', 'table'],
    ['Table', 'table'],
    ['databases', 'database'],
    ['ttls', 'ttl'],
    ['pruneIntervall', 'pruneInterval'],
    ['tableName', 'table'],
    ['createDatabaseTable', 'createTable'],
    ['checkExpirationInterval', 'pruneInterval'],
    ['schema', 'database'],
  ],
})

describe('open', () => {
  it('client: is a pool or a connection of mysql2', () => {
    for (const client of [undefined, null, {}, 'mysql://host/db', { query() {} }]) {
      expect(() => new MysqlStore({ client } as unknown as MysqlStoreOptions)).toThrow(
        new TypeError('The option "client" must be a pool or a connection of mysql2'),
      )
    }
  })

  it('client: is no function that makes clients', () => {
    for (const client of [mysql.createPool, () => mysql.createPool('mysql://host/db')]) {
      expect(() => new MysqlStore({ client } as unknown as MysqlStoreOptions)).toThrow(
        new TypeError(
          'The option "client" must be a pool or a connection of mysql2, not a class or a function that makes one: mysql.createPool(url)',
        ),
      )
    }
  })

  it('open: does not connect before it is used, and has at most so many connections', async () => {
    const database = await newDatabase()
    const store = openStore({ max: 2 }, urlOf(database))
    const admin = openPool()
    const connections = async () => {
      const [rows] = await admin.query<RowDataPacket[]>('SHOW PROCESSLIST')
      return rows.filter(row => row.db === database).length
    }
    expect(await connections()).toBe(0)
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.set(`${i}`, sessionOf())))
    // The second one may still be connecting when the first has done all the work.
    await vi.waitFor(async () => expect(await connections()).toBe(2), 30_000)
    await store.close()
    while ((await connections()) > 0);
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    await store.close()
  })

  it('open: a connection on which the server has refused a statement is kept', async () => {
    const database = await newDatabase()
    const admin = openPool(database)
    await admin.query(`
      CREATE TABLE sessions (sid varchar(20) PRIMARY KEY, data text NOT NULL, expires bigint NOT NULL)
      CHARACTER SET ascii COLLATE ascii_bin`)
    const store = openStore({ max: 1 }, urlOf(database))
    const mine = await rowsOf(admin, 'SELECT CONNECTION_ID() AS id')
    const ids = async () =>
      (await rowsOf(admin, 'SHOW PROCESSLIST')).filter(row => row.db === database && row.Id !== mine[0]!.id)
    await store.set('a', sessionOf())
    const before = (await ids()).map(row => row.Id)
    await expect(store.set('ü', sessionOf())).rejects.toMatchObject({ code: expect.stringMatching(/^ER_/) })
    await store.set('b', sessionOf())
    expect((await ids()).map(row => row.Id)).toEqual(before)
  })

  it('client: pools and connections, with callbacks and with promises, are left open', async () => {
    const url = urlOf(await newDatabase())
    const clients = [
      mysql.createPool(url),
      promises.createPool(url),
      mysql.createConnection(url),
      await promises.createConnection(url),
    ]
    onTestFinished(async () => {
      for (const client of clients) await ('promise' in client ? client.promise() : client).end()
    })
    for (const client of clients) {
      const store = new MysqlStore({ client })
      await store.set('a', sessionOf({ user: 'Ada' }))
      expect(await store.get('a')).toMatchObject({ user: 'Ada' })
      await store.close()
      const one = 'promise' in client ? client.promise() : client
      expect((await one.query('SELECT 1 AS a'))[0]).toEqual([{ a: 1 }])
    }
  })
})

describe('connections that are lost', () => {
  it('open: an idle connection that is ended is no failure', async () => {
    const database = await newDatabase()
    const store = openStore({ max: 1 }, urlOf(database))
    await store.set('a', sessionOf({ user: 'Ada' }))
    const heard = hearWarnings()
    const admin = openPool()
    for (const { db, Id } of await rowsOf(admin, 'SHOW PROCESSLIST')) {
      if (db === database) await admin.query(`KILL ${Id}`)
    }
    while (heard.length === 0) await sleep(1)
    expect(heard[0]).toMatch(/^Warning: A connection to MySQL was lost: /)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })

  it('client: many stores on one connection have one listener, and none when the last is closed', async () => {
    const client = mysql.createConnection(urlOf(await newDatabase()))
    onTestFinished(() => void client.destroy())
    const before = client.listenerCount('error')
    const stores = Array.from({ length: 20 }, (_, i) => new MysqlStore({ client, table: `t${i}` }))
    for (const store of stores) await store.length()
    expect(client.listenerCount('error')).toBe(before + 1)
    for (const store of stores) await store.close()
    expect(client.listenerCount('error')).toBe(before)
  })
})
