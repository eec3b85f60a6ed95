import type { RecordStoreOptions } from '@coatcheck/session'
import type { PostgresClient } from '@coatcheck/store-postgres'
import { describe, expect, it } from 'vitest'
import { describeExchange } from '../../session/test/support/exchange.ts'
import { describeGatheredReads } from '../../session/test/support/gathered-reads.ts'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { describeRenewals } from '../../session/test/support/renewals.ts'
import { sealed } from '../../session/test/support/sealed.ts'
import { CONNECT_PG_SIMPLE, holdRow, newSchema, openPool, sessionOf, storeOn } from './support/postgres.ts'

const tableWith = (type: string) =>
  `CREATE TABLE sessions (sid text PRIMARY KEY, data ${type} NOT NULL, expires timestamptz NOT NULL)`

const tables: [string, string, string, string?][] = [
  ['our own table', 'sessions', ''],
  ["connect-pg-simple's table", 'session', CONNECT_PG_SIMPLE],
  ['json', 'sessions', tableWith('json')],
  ['jsonb', 'sessions', tableWith('jsonb')],
  ['repeatable read', 'sessions', '', '-c default_transaction_isolation=repeatable\\ read'],
  ['serializable', 'sessions', '', '-c default_transaction_isolation=serializable'],
]

for (const [name, table, ddl, settings = ''] of tables) {
  const open = async (options?: RecordStoreOptions) => {
    const schema = await newSchema()
    const pools = [1, 2].map(() => openPool({ options: `-c search_path=${schema} ${settings}` }))
    if (ddl) await pools[0]!.query(ddl)
    let trips = 0
    const client: PostgresClient = {
      query(query) {
        trips++
        return pools[0]!.query(query)
      },
    }
    const store = storeOn(client, { ...options, table })
    await store.length()
    const other = storeOn(pools[1]!, { ...options, table })
    return { store, other, trips: () => trips }
  }
  describeRenewals(name, open)
  describeGatheredReads(name, true, open)
  describeExchange(name, 1, open)
  if (!inMatrix && ddl + settings !== '') continue
  describeRenewals(`${name}, hashed and encrypted`, sealed(open))
  describeGatheredReads(`${name}, hashed and encrypted`, true, sealed(open))
  describeExchange(`${name}, hashed and encrypted`, 1, sealed(open))
}

describe('reads of one turn', () => {
  const SIDS = Array.from({ length: 8 }, (_, i) => `sid ${i}`)

  it('do not wait for a row that somebody else is writing, and leave it to him', async () => {
    const schema = await newSchema()
    const table = `${schema}.sessions`
    const pool = openPool()
    const store = storeOn(pool, { schema })
    await Promise.all(SIDS.map(sid => store.set(sid, sessionOf({ sid }, 60_000))))
    const held = await holdRow(table, 'sid 3')
    const { rows: before } = await pool.query(`SELECT sid, xmin FROM ${table} ORDER BY sid`)
    const found = await Promise.all(SIDS.map(sid => store.get(sid, undefined, { renew: 60_000 })))
    expect(found).toMatchObject(SIDS.map(sid => ({ sid })))
    const { rows: after } = await pool.query(`SELECT sid, xmin FROM ${table} ORDER BY sid`)
    const untouched = SIDS.filter((_, i) => before[i].xmin === after[i].xmin)
    expect(untouched).toEqual(['sid 3'])
    await held.client.query('COMMIT')
  })

  it('a few are read one by one', async () => {
    const schema = await newSchema()
    let trips = 0
    const pool = openPool()
    const client: PostgresClient = {
      query(query) {
        trips++
        return pool.query(query)
      },
    }
    const store = storeOn(client, { schema })
    await store.length()
    trips = 0
    await Promise.all(SIDS.slice(0, 3).map(sid => store.get(sid)))
    expect(trips).toBe(3)
    await Promise.all(SIDS.slice(0, 4).map(sid => store.get(sid)))
    expect(trips).toBe(4)
  })

  it('a server that takes no writes lets sessions be read', async () => {
    const schema = await newSchema()
    const writing = storeOn(openPool(), { schema })
    await Promise.all(SIDS.map(sid => writing.set(sid, sessionOf({ sid }, 60_000))))
    const reading = openPool({ options: '-c default_transaction_read_only=on' })
    const store = storeOn(reading, { schema, createTable: false })
    const found = await Promise.all(SIDS.map(sid => store.get(sid, undefined, { renew: 60_000 })))
    expect(found).toMatchObject(SIDS.map(sid => ({ sid })))
  })
})

describe('renew', () => {
  it('renew: does not wait for who is writing the session, and undoes nothing', async () => {
    const schema = await newSchema()
    const table = `${schema}.sessions`
    const store = storeOn(openPool(), { schema })
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const held = await holdRow(table, 'a')
    await held.client.query(`DELETE FROM ${table} WHERE sid = 'a'`)
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    await held.client.query('COMMIT')
    expect(await store.get('a')).toBeUndefined()
    expect(await store.length()).toBe(0)
  })

  it('renew: a row that need not be renewed is not written', async () => {
    const schema = await newSchema()
    const pool = openPool()
    const store = storeOn(pool, { schema })
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const version = async () => (await pool.query(`SELECT ctid, xmin FROM ${schema}.sessions`)).rows
    const before = await version()
    await store.get('a', undefined, { renew: 50_000 })
    expect(await version()).toEqual(before)
    await store.get('a', undefined, { renew: 60_000 })
    expect(await version()).not.toEqual(before)
  })

  it('renew: a server that takes no writes lets sessions be read', async () => {
    const schema = await newSchema()
    await storeOn(openPool(), { schema }).set('a', sessionOf({ user: 'Ada' }, 60_000))
    const reading = openPool({ options: '-c default_transaction_read_only=on' })
    const store = storeOn(reading, { schema, createTable: false })
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
  })
})
