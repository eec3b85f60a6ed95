import type { RecordStoreOptions } from '@coatcheck/session'
import type { MysqlPromiseClient, MysqlStore } from '@coatcheck/store-mysql'
import { describe, expect, it } from 'vitest'
import { describeExchange } from '../../session/test/support/exchange.ts'
import { describeGatheredReads } from '../../session/test/support/gathered-reads.ts'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { describeRenewals } from '../../session/test/support/renewals.ts'
import { sealed } from '../../session/test/support/sealed.ts'
import {
  EXPRESS_MYSQL_SESSION,
  holdRow,
  newDatabase,
  openPool,
  rowsOf,
  sessionOf,
  storeOn,
} from './support/mysql.ts'

const SIDS = Array.from({ length: 8 }, (_, i) => `sid ${i}`)

const kinds = [
  ['repeatable read', 'REPEATABLE READ'],
  ['read committed', 'READ COMMITTED'],
  ['serializable', 'SERIALIZABLE'],
] as const

for (const [name, isolation] of kinds) {
  const open = async (options?: RecordStoreOptions) => {
    const database = await newDatabase()
    const pools = [1, 2].map(() => openPool(database))
    for (const pool of pools) {
      pool.pool.on('connection', connection => {
        connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`, () => {})
      })
    }
    const [store, other] = pools.map(pool => storeOn(pool, options)) as [MysqlStore, MysqlStore]
    await store.length()
    return { store, other }
  }
  describeRenewals(name, open)
  describeGatheredReads(name, true, open)
  describeExchange(name, 1, open)
  if (!inMatrix && name !== 'repeatable read') continue
  describeRenewals(`${name}, hashed and encrypted`, sealed(open))
  describeGatheredReads(`${name}, hashed and encrypted`, true, sealed(open))
  describeExchange(`${name}, hashed and encrypted`, 1, sealed(open))
}

/** A client that counts what it is asked. */
function counted(database: string) {
  const pool = openPool(database)
  const sent: string[] = []
  const client: MysqlPromiseClient = {
    query: query => pool.query(query),
    execute(query) {
      sent.push(query.sql)
      return pool.execute(query)
    },
  }
  return { client, sent }
}

describe('reads of one turn', () => {
  it('do not wait for a row that somebody else is writing, and leave it to him', async () => {
    const database = await newDatabase()
    const pool = openPool(database)
    const store = storeOn(pool)
    await Promise.all(SIDS.map(sid => store.set(sid, sessionOf({ sid }, 60_000))))
    const expiries = async () => rowsOf(pool, 'SELECT sid, expires FROM sessions ORDER BY sid')
    await pool.query('UPDATE sessions SET expires = expires - 30000')
    const before = await expiries()
    const held = await holdRow(database, 'sid 3')
    const found = await Promise.all(SIDS.map(sid => store.get(sid, undefined, { renew: 60_000 })))
    expect(found).toMatchObject(SIDS.map(sid => ({ sid })))
    const after = await expiries()
    const untouched = SIDS.filter((_, i) => before[i]!.expires === after[i]!.expires)
    expect(untouched).toEqual(['sid 3'])
    await held.commit()
  })

  it('a few are read one by one, and more by one statement', async () => {
    const { client, sent } = counted(await newDatabase())
    const store = storeOn(client)
    await store.length()
    sent.length = 0
    await Promise.all(SIDS.slice(0, 3).map(sid => store.get(sid)))
    expect(sent).toHaveLength(3)
    await Promise.all(SIDS.map(sid => store.get(sid)))
    expect(sent).toHaveLength(4)
  })
})

describe('renew', () => {
  it("renew: on express-mysql-session's table moves the expiry, of one and of several", async () => {
    const pool = openPool(await newDatabase())
    await pool.query(EXPRESS_MYSQL_SESSION)
    const store = storeOn(pool)
    await Promise.all(SIDS.map(sid => store.set(sid, sessionOf({ sid }, 600_000))))
    const now = async () => Number((await rowsOf(pool, 'SELECT UNIX_TIMESTAMP() AS now'))[0]!.now)
    for (const sids of [SIDS.slice(0, 1), SIDS]) {
      await pool.query('UPDATE sessions SET expires = expires - 200')
      const before = await now()
      const read = await Promise.all(sids.map(sid => store.get(sid, undefined, { renew: 600_000 })))
      expect(read).toMatchObject(sids.map(sid => ({ sid })))
      const late = await rowsOf(pool, 'SELECT session_id FROM sessions WHERE expires >= ?', [before + 600])
      expect(late.map(row => row.session_id).sort()).toEqual(sids)
    }
  })

  it('renew: does not wait for who is writing the session, and undoes nothing', async () => {
    const database = await newDatabase()
    const store = storeOn(openPool(database))
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const held = await holdRow(database, 'a')
    await held.client.query("DELETE FROM sessions WHERE sid = 'a'")
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    await held.commit()
    expect(await store.get('a')).toBeUndefined()
    expect(await store.length()).toBe(0)
  })

  it('renew: a row that need not be renewed is not written', async () => {
    const { client, sent } = counted(await newDatabase())
    const store = storeOn(client)
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    sent.length = 0
    await store.get('a', undefined, { renew: 50_000 })
    await store.get('none', undefined, { renew: 60_000 })
    expect(sent).toHaveLength(2)
    await store.get('a', undefined, { renew: 60_000 })
    expect(sent).toHaveLength(4)
    expect(sent[3]).toMatch(/^\s*UPDATE/)
  })
})
