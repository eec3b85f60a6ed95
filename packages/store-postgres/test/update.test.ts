import type { PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
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

/** What became of a save: `'updated'`, or the code of its failure. */
async function outcome(save: Promise<void>): Promise<string> {
  try {
    await save
    return 'updated'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** Count in one session until nobody was faster, so many times. */
async function count(store: PostgresStore, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const session = (await store.get('shared')) as unknown as { n: number }
    session.n++
    const result = await outcome(store.set('shared', session as never))
    if (result === 'updated') done++
    else expect(result).toBe('ERR_SESSION_CHANGED')
  }
}

describe.each(['read committed', 'repeatable read', 'serializable'])('%s', isolation => {
  const url = () => urlOf({ options: `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}` })

  it('update: none of the changes that several make to one session is lost', async () => {
    const schema = await newSchema()
    const stores = Array.from({ length: 4 }, () => openStore({ schema, max: 3 }, url()))
    await stores[0]!.set('shared', sessionOf({ n: 0 }))
    await Promise.all(stores.flatMap(store => [count(store, 20), count(store, 20)]))
    expect(await stores[0]!.get('shared')).toMatchObject({ n: 160 })
  })

  it('update: of many at once one is first, and the others are told', async () => {
    const schema = await newSchema()
    const stores = [openStore({ schema }, url()), openStore({ schema }, url())]
    await stores[0]!.set('a', sessionOf({ n: 0 }))
    const read = await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2]!.get('a')))
    const saves = read.map((session, i) =>
      outcome(stores[i % 2]!.set('a', Object.assign(session!, { n: i + 1 }))),
    )
    const outcomes = await Promise.all(saves)
    expect(outcomes.filter(result => result === 'updated')).toHaveLength(1)
    expect(outcomes.filter(result => result === 'ERR_SESSION_CHANGED')).toHaveLength(19)
    expect(await stores[0]!.get('a')).toMatchObject({ n: outcomes.indexOf('updated') + 1 })
  })

  it('update, touch: one that waits sees what has become of the row', async () => {
    const schema = await newSchema()
    const store = openStore({ schema }, url())
    const place = `${schema}.sessions`
    const endings = {
      'DELETE FROM @ WHERE sid = $1': ['ERR_SESSION_GONE', false],
      'UPDATE @ SET data = $$ {"cookie":{}} $$ WHERE sid = $1': ['ERR_SESSION_CHANGED', true],
      'UPDATE @ SET expires = expires + $$1 hour$$ WHERE sid = $1': ['updated', true],
    }
    for (const [sql, [saved, touched]] of Object.entries(endings)) {
      await store.set('a', sessionOf({ n: 0 }, 60_000))
      const session = await store.get('a')
      const holder = await holdRow(place, 'a')
      const save = outcome(store.set('a', Object.assign(session!, { n: 1 })))
      await holder.waiting(1)
      await holder.client.query(sql.replace('@', place), ['a'])
      await holder.commit()
      expect(await save).toBe(saved)
      expect(await store.touch('a', sessionOf({}, 60_000))).toBe(touched)
      await store.destroy('a')
    }
  })

  it('set: many may write a new session at once', async () => {
    const schema = await newSchema()
    const stores = [openStore({ schema }, url()), openStore({ schema }, url())]
    await Promise.all(Array.from({ length: 100 }, (_, i) => stores[i % 2]!.set('a', sessionOf({ i }))))
    expect(await stores[0]!.length()).toBe(1)
  })

  it('touch, destroy: meet each other, and the session is gone', async () => {
    const schema = await newSchema()
    const store = openStore({ schema }, url())
    for (let i = 0; i < 50; i++) {
      await store.set('a', sessionOf())
      const touches = Array.from({ length: 4 }, () => store.touch('a', sessionOf({}, 60_000)))
      expect(await store.destroy('a')).toBe(true)
      await Promise.all(touches)
      expect(await store.get('a')).toBeUndefined()
    }
  })
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

describe('data', () => {
  const TEXTS = [
    '12345678901234567890',
    '0x10',
    '1e400',
    '',
    ' ',
    'a\0b',
    '\0',
    '\ud83d',
    'a\udc00b',
    '\u0001',
    '\u0001"a"',
    '\u0001\0',
    '"\\u0000"',
    '\u2028',
    'é😀',
    '\\x00',
    'x'.repeat(2 ** 20),
  ]

  it('codec: any text comes back as it was, and is found again', async () => {
    let text = ''
    const codec = { stringify: () => text, parse: (stored: string) => ({ cookie: {}, stored }) }
    const store = openStore({ schema: await newSchema(), codec })
    for (text of TEXTS) {
      await store.set('a', sessionOf())
      const session = await store.get('a')
      expect(session).toMatchObject({ stored: text })
      await store.set('a', session!)
      for await (const [, listed] of store.entries()) expect(listed).toMatchObject({ stored: text })
    }
  })

  it('ids: any text is a session of its own', async () => {
    const store = openStore({ schema: await newSchema() })
    for (const sid of TEXTS) await store.set(sid.slice(0, 1000), sessionOf({ sid }))
    for (const sid of TEXTS) expect(await store.get(sid.slice(0, 1000))).toMatchObject({ sid })
    expect((await store.ids()).sort()).toEqual(TEXTS.map(sid => sid.slice(0, 1000)).sort())
    for (const sid of TEXTS) expect(await store.destroy(sid.slice(0, 1000))).toBe(true)
    expect(await store.length()).toBe(0)
  })

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
