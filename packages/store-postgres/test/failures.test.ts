import { inspect } from 'node:util'
import type { PostgresQuery, PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { coded, describeFailures, failureOf } from '../../session/test/support/failures.ts'
import { newSchema, openPool, openStore, sessionOf, storeOn, urlOf } from './support/postgres.ts'

/** A store on a client that answers as the server does, until it is told to fail with this. */
async function failing(error: unknown): Promise<PostgresStore> {
  const pool = openPool()
  let fails = false
  const query = (query: PostgresQuery) => (fails ? Promise.reject(error) : pool.query(query))
  const store = storeOn({ query }, { schema: await newSchema() })
  await store.length()
  fails = true
  return store
}

describeFailures('PostgreSQL', {
  failing,
  open: url => openStore({}, url),
  away: [
    ...['57P01', '57P02', '57P03', '53300', '08006', '57014', '55P03'].map(coded),
    new Error('timeout exceeded when trying to connect'),
    new Error('Query read timeout'),
    new Error('Connection terminated unexpectedly'),
    new Error('Connection terminated due to connection timeout'),
    new Error('Client has encountered a connection error and is not queryable'),
  ],
  others: [...['42501', '23514', 'XX000', '08P01', 'ENOENT'].map(coded), new Error('Something else')],
  nowhere: [
    ['postgres://127.0.0.1:1/app', 'ECONNREFUSED'],
    ['postgres://a-host-that-is.invalid/app', /ENOTFOUND|EAI_AGAIN/],
  ],
})

describe('a database that is away', () => {
  it('client: a pool without a free connection', async () => {
    const schema = await newSchema()
    await openStore({ schema }).length()
    const pool = openPool({ max: 1, connectionTimeoutMillis: 100 })
    const store = storeOn(pool, { schema })
    // On a busy machine it takes longer than that to connect.
    let held: pg.PoolClient | undefined
    while (!held) held = await pool.connect().catch(() => undefined)
    onTestFinished(() => held.release())
    expect(await failureOf(store.get('a'))).toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE' })
  })
})

describe('what errors tell', () => {
  it('neither the id nor the data of a session, whatever the server says', async () => {
    const schema = await newSchema()
    const pool = openPool({ max: 1 })
    await pool.query(`
      CREATE TABLE ${schema}.sessions (
        sid varchar(20) PRIMARY KEY, data json NOT NULL CHECK (length(data::text) < 200), expires timestamptz
      )`)
    await pool.query(`
      CREATE TABLE ${schema}.numbered (sid uuid PRIMARY KEY, data json NOT NULL, expires timestamptz)`)
    const text = { stringify: () => '{"secret of Ada": ', parse: JSON.parse }
    const failures = await Promise.all([
      failureOf(openStore({ schema }).set('secret id', sessionOf({ text: 'secret of Ada'.repeat(20) }))),
      failureOf(openStore({ schema, codec: text }).set('secret id', sessionOf())),
      failureOf(openStore({ schema }).set('secret id that is too long', sessionOf())),
      failureOf(openStore({ schema, table: 'numbered' }).get('secret id')),
    ])
    expect(failures.map(({ code }) => code)).toEqual(['23514', '22P02', '22001', '22P02'])
    for (const failure of failures) {
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/secret/)
    }
  })
})

describe('a lone Client', () => {
  it.each([
    ['it is asked one question at a time', false],
    ['with pipelining it is asked many at a time', true],
  ])('client: under load %s, and pg has nothing to warn of', async (_, pipeline) => {
    const heard: string[] = []
    const listener = ({ message }: Error) => heard.push(message)
    process.on('warning', listener)
    onTestFinished(() => void process.off('warning', listener))
    const client = new pg.Client({ connectionString: urlOf(), pipeline } as pg.ClientConfig)
    await client.connect()
    onTestFinished(() => client.end())
    const schema = await newSchema()
    const stores = ['a', 'b'].map(table => storeOn(client, { schema, table }))
    const sids = Array.from({ length: 50 }, (_, i) => `${i}`)
    await Promise.all(stores.flatMap(store => sids.map(sid => store.set(sid, sessionOf({ sid })))))
    await failureOf(stores[0]!.get(1 as never))
    await Promise.all(stores.flatMap(store => [store.diagnose(), store.destroy('0'), store.length()]))
    for (const store of stores) expect(await store.length()).toBe(49)
    await new Promise(setImmediate)
    expect(heard).toEqual([])
  })
})

describe('fake timers', () => {
  it('a test that replaces the clock and the timers does not stop the store', async () => {
    const store = openStore({ schema: await newSchema() })
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    await store.set('b', sessionOf({ n: 2 }, 60_000))
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    expect(await Promise.all([1, 2, 3, 4].map(() => store.get('b')))).toMatchObject([{}, {}, {}, {}])
    expect(await store.destroy('a')).toBe(true)
  })
})
