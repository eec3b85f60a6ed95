import type { PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { describeTexts, describeUpdates, outcome } from '../../session/test/support/updates.ts'
import {
  CONNECT_PG_SIMPLE,
  holdRow,
  newSchema,
  openPool,
  openStore,
  sessionOf,
  storeOn,
  urlOf,
} from './support/postgres.ts'

describeUpdates(['read committed', 'repeatable read', 'serializable'], {
  place: newSchema,
  open(isolation, schema, max) {
    const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
    return openStore({ schema, ...(max && { max }) }, urlOf({ options }))
  },
  hold: (schema, sid) => holdRow(`${schema}.sessions`, sid),
  acts: schema => ({
    ends: `DELETE FROM ${schema}.sessions WHERE sid = $1`,
    changes: `UPDATE ${schema}.sessions SET data = $$ {"cookie":{}} $$ WHERE sid = $1`,
    lasts: `UPDATE ${schema}.sessions SET expires = expires + $$1 hour$$ WHERE sid = $1`,
  }),
})

describe('in a transaction of the app', () => {
  it('update: the failure that ended the transaction is the one that is told', async () => {
    const schema = await newSchema()
    const client = new pg.Client(inject('postgresUrl'))
    await client.connect()
    onTestFinished(() => client.end())
    const store = storeOn(client, { schema })
    await store.set('a', sessionOf({ n: 0 }))
    const other = openStore({ schema })
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const session = await store.get('a')
    await other.set('a', Object.assign((await other.get('a'))!, { n: 1 }))
    await expect(store.set('a', Object.assign(session!, { n: 2 }))).rejects.toMatchObject({ code: '40001' })
    await client.query('ROLLBACK')
    expect(await store.get('a')).toMatchObject({ n: 1 })
  })
})

describeTexts(1000, async options => openStore({ schema: await newSchema(), ...options }))

describe('data', () => {
  const session = {
    user: 'Ada',
    text: 'a\0b \ud83d é😀 \u2028',
    n: 1.5,
    big: 12345678901234567000,
    none: null,
    list: [[], {}],
  }

  async function table(type: string): Promise<{ pool: pg.Pool; store: PostgresStore }> {
    const pool = openPool({ options: `-c search_path=${await newSchema()}` })
    await pool.query(CONNECT_PG_SIMPLE.replace('sess json', `sess ${type}`))
    return { pool, store: storeOn(pool, { table: 'session' }) }
  }

  it('json: a column of that type gives the text back as it was', async () => {
    const { pool, store } = await table('json')
    await store.set('a', sessionOf(session))
    expect(await store.get('a')).toMatchObject(session)
    const { rows } = await pool.query('SELECT sess::text AS text FROM session')
    expect(rows).toEqual([{ text: JSON.stringify(sessionOf(session)) }])
  })

  it('json: what is no JSON is refused, and the row stays', async () => {
    const { pool, store } = await table('json')
    await store.set('a', sessionOf(session))
    const codec = { stringify: () => 'no JSON', parse: JSON.parse }
    const other = storeOn(pool, { table: 'session', codec })
    await expect(other.set('a', sessionOf())).rejects.toMatchObject({ code: '22P02' })
    expect(await store.get('a')).toMatchObject(session)
  })

  it('jsonb: a column of that type will do, and is compared by content', async () => {
    const { store } = await table('jsonb')
    const { text, ...storable } = session
    await store.set('a', sessionOf({ b: 1, a: 2, ...storable }))
    const [mine, late] = [await store.get('a'), await store.get('a')]
    expect(mine).toMatchObject(storable)
    // Twice: the second is compared with what the first has sent, the first with what was read.
    await store.set('a', Object.assign(mine!, { b: 2 }))
    await store.set('a', Object.assign(mine!, { b: 3 }))
    expect(await outcome(store.set('a', Object.assign(late!, { b: 4 })))).toBe('ERR_SESSION_CHANGED')
    expect(await store.get('a')).toMatchObject({ b: 3 })
    // jsonb has no place for NUL.
    await expect(store.set('a', sessionOf({ text }))).rejects.toMatchObject({ code: '22P05' })
  })
})
