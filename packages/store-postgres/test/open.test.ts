import { setTimeout as sleep } from 'node:timers/promises'
import { type PostgresOpenOptions, PostgresStore, type PostgresStoreOptions } from '@coatcheck/store-postgres'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { newSchema, openPool, openStore, sessionOf, storeOn, urlOf } from './support/postgres.ts'

const URL_NEEDED = 'PostgresStore.open needs a URL: postgres://user:password@host:5432/database'

/** End a connection from the server's side. */
async function terminate(pid: number): Promise<void> {
  await openPool({ max: 1 }).query('SELECT pg_terminate_backend($1)', [pid])
}

/** Warnings of the process until the test ends. */
function warnings(): string[] {
  const heard: string[] = []
  const listener = ({ message }: Error) => heard.push(message)
  process.on('warning', listener)
  onTestFinished(() => void process.off('warning', listener))
  return heard
}

describe('open', () => {
  it.each([undefined, '', 'localhost', 'mysql://a@b/c', 1, null])('open: %j is no URL', url => {
    expect(() => PostgresStore.open(url as string)).toThrow(new TypeError(URL_NEEDED))
  })

  it.each([
    'postgres://ada:se#cret@host/db',
    'postgresql://ada:secret@host:99999/db',
    'postgres://ada:secret@[host/db',
  ])('open: the error for %j has no password in it', url => {
    let error: unknown
    try {
      PostgresStore.open(url)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(/cannot be parsed: percent-encode special characters/)
    expect(JSON.stringify([error, { ...(error as object) }, (error as Error).stack])).not.toMatch(/cret/)
    expect((error as Error).cause).toBeUndefined()
  })

  it.each(['max', 'connectTimeout', 'queryTimeout'])('%s: is a whole number greater than 0', name => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5', null]) {
      expect(() => PostgresStore.open(urlOf(), { [name]: value as number })).toThrow(
        new TypeError(`The option "${name}" must be a whole number greater than 0 and less than 2 ** 31`),
      )
    }
  })

  it.each(['createTable', 'unlogged', 'prepare'])('%s: is true or false', name => {
    const options: PostgresOpenOptions = { [name]: 1 }
    expect(() => PostgresStore.open(urlOf(), options)).toThrow(
      new TypeError(`The option "${name}" must be true or false`),
    )
  })

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

  it.each([
    ['tabel', 'table'],
    ['Table', 'table'],
    ['schemas', 'schema'],
    ['ttls', 'ttl'],
    ['pruneIntervall', 'pruneInterval'],
    ['tableName', 'table'],
    ['createTableIfMissing', 'createTable'],
    ['pruneSessionInterval', 'pruneInterval'],
  ])('%s: is no option, and %s was probably meant', (name, meant) => {
    const error = new TypeError(
      `The option "${name}" is not an option of PostgresStore; did you mean "${meant}"?`,
    )
    expect(() => PostgresStore.open(urlOf(), { [name]: 1 })).toThrow(error)
    const options = { client: { query() {} }, [name]: 1 } as unknown as PostgresStoreOptions
    expect(() => new PostgresStore(options)).toThrow(error)
  })

  it('options: names that are none of the constructor or of open, and those that are like no other', () => {
    const client = { query() {} }
    const stores: [() => unknown, string][] = [
      [() => new PostgresStore({ pool: client } as never), '"pool"'],
      [() => new PostgresStore({ client, queryTimeout: 1 } as never), '"queryTimeout"'],
      [() => PostgresStore.open(urlOf(), { client } as never), '"client"'],
      [() => PostgresStore.open(urlOf(), { prefix: 'a' } as never), '"prefix"'],
    ]
    for (const [make, name] of stores) {
      expect(make).toThrow(TypeError)
      expect(make).toThrow(`The option ${name} is not an option of PostgresStore`)
    }
    expect(() => PostgresStore.open(urlOf(), { tabel: undefined } as never)).not.toThrow()
  })

  it('open: does not connect before it is used, and has at most so many connections', async () => {
    const schema = await newSchema()
    const store = openStore({ schema, max: 2 }, urlOf({ application_name: schema }))
    const admin = openPool({ max: 1 })
    const count = 'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1'
    const connections = async () => (await admin.query(count, [schema])).rows[0].count
    expect(await connections()).toBe(0)
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.set(`${i}`, sessionOf())))
    expect(await connections()).toBe(2)
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
    const heard = warnings()
    const admin = openPool({ max: 1 })
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to be ended'`,
    )
    while (heard.length === 0) await sleep(1)
    expect(heard[0]).toMatch(/^A connection to PostgreSQL was lost: /)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })

  it('client: a pool in which nobody listens survives it, and the app hears of it where it listens', async () => {
    const pool = openPool({ max: 1 })
    const store = storeOn(pool, { schema: await newSchema() })
    await store.set('a', sessionOf({ user: 'Ada' }))
    const heard = warnings()
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
