import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresStore, type PostgresStoreOptions } from '@coatcheck/store-postgres'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { describeOpenOptions } from '../../session/test/support/open-options.ts'
import { hearWarnings } from '../../session/test/support/warnings.ts'
import { newSchema, openPool, openStore, sessionOf, storeOn, urlOf } from './support/postgres.ts'

/** End a connection from the server's side. */
async function terminate(pid: number): Promise<void> {
  await openPool({ max: 1 }).query('SELECT pg_terminate_backend($1)', [pid])
}

describeOpenOptions({
  Store: PostgresStore,
  example: 'postgres://user:password@host:5432/database',
  url: urlOf,
  noUrls: [undefined, '', 'localhost', 'mysql://a@b/c', 1, null],
  unparsable: [
    'postgres://ada:se#cret@host/db',
    'postgresql://ada:secret@host:99999/db',
    'postgres://ada:secret@[host/db',
  ],
  switches: ['createTable', 'unlogged', 'prepare'],
  client: { query() {} },
  meant: [
    ['tabel', 'table'],
    ['Table', 'table'],
    ['schemas', 'schema'],
    ['ttls', 'ttl'],
    ['pruneIntervall', 'pruneInterval'],
    ['tableName', 'table'],
    ['createTableIfMissing', 'createTable'],
    ['pruneSessionInterval', 'pruneInterval'],
  ],
})

describe('open', () => {
  it('client: is something with a method query', () => {
    for (const client of [undefined, null, {}, 'postgres://host/db']) {
      expect(() => new PostgresStore({ client } as unknown as PostgresStoreOptions)).toThrow(
        new TypeError('The option "client" must be a Pool or a Client of pg'),
      )
    }
  })

  it('client: is no class and no function that makes clients', () => {
    for (const client of [pg.Pool, pg.Client, () => new pg.Pool(), Object.assign(() => {}, { query() {} })]) {
      expect(() => new PostgresStore({ client } as unknown as PostgresStoreOptions)).toThrow(
        new TypeError(
          'The option "client" must be a Pool or a Client of pg, not a class or a function that makes one: new pg.Pool()',
        ),
      )
    }
  })

  it('open: does not connect before it is used, and has at most so many connections', async () => {
    const schema = await newSchema()
    const store = openStore({ schema, max: 2 }, urlOf({ application_name: schema }))
    const admin = openPool({ max: 1 })
    const count = 'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1'
    const connections = async () => (await admin.query(count, [schema])).rows[0].count
    expect(await connections()).toBe(0)
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.set(`${i}`, sessionOf())))
    // The second one may still be connecting when the first has done all the work.
    await vi.waitFor(async () => expect(await connections()).toBe(2), 30_000)
    await store.close()
    while ((await connections()) > 0);
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    await store.close()
  })

  it('close: leaves a client of the app as it is', async () => {
    const pool = openPool()
    const client = new pg.Client(inject('postgresUrl'))
    await client.connect()
    onTestFinished(() => client.end())
    const schema = await newSchema()
    for (const one of [pool, client]) {
      const store = new PostgresStore({ client: one, schema })
      await store.set('a', sessionOf())
      await store.close()
      expect((await one.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }])
    }
  })
})

describe('connections that are lost', () => {
  it('open: an idle connection that is ended is no failure', async () => {
    const store = openStore({ schema: await newSchema(), max: 1 }, urlOf({ application_name: 'to be ended' }))
    await store.set('a', sessionOf({ user: 'Ada' }))
    const heard = hearWarnings()
    const admin = openPool({ max: 1 })
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to be ended'`,
    )
    while (heard.length === 0) await sleep(1)
    expect(heard[0]).toMatch(/^Warning: A connection to PostgreSQL was lost: /)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })

  it('client: a pool in which nobody listens survives it, and the app hears of it where it listens', async () => {
    const pool = openPool({ max: 1 })
    const store = storeOn(pool, { schema: await newSchema() })
    await store.set('a', sessionOf({ user: 'Ada' }))
    const heard = hearWarnings()
    for (const listens of [false, true]) {
      const { rows } = await pool.query('SELECT pg_backend_pid() AS pid')
      const errors: Error[] = []
      if (listens) pool.on('error', error => errors.push(error))
      await terminate(rows[0].pid)
      while (listens ? errors.length === 0 : heard.length === 0) await sleep(1)
      expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    }
    expect(heard).toHaveLength(1)
  })

  it('client: many stores on one pool have one listener, and none when the last is closed', async () => {
    const pool = openPool({ max: 2 })
    const schema = await newSchema()
    const stores = Array.from(
      { length: 20 },
      (_, i) => new PostgresStore({ client: pool, schema, table: `t${i}` }),
    )
    expect(pool.listenerCount('error')).toBe(0)
    for (const store of stores) await store.length()
    expect(pool.listenerCount('error')).toBe(1)
    for (const store of stores) {
      expect(pool.listenerCount('error')).toBe(1)
      await store.close()
      await store.close()
    }
    expect(pool.listenerCount('error')).toBe(0)
  })

  it('client: opening that fails and is tried again adds no listener', async () => {
    const pool = openPool({ max: 2 })
    const schema = await newSchema()
    const store = storeOn(pool, { schema, createTable: false })
    for (let i = 0; i < 5; i++) await expect(store.get('a')).rejects.toThrow('does not exist')
    expect(pool.listenerCount('error')).toBe(1)
    await pool.query(`CREATE TABLE ${schema}.sessions (sid text PRIMARY KEY, data text, expires timestamptz)`)
    expect(await store.get('a')).toBeUndefined()
    await store.close()
    expect(pool.listenerCount('error')).toBe(0)
  })
})
