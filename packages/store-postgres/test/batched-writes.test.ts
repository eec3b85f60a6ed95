import { setTimeout as sleep } from 'node:timers/promises'
import type { UpdateResult } from '@coatcheck/session'
import { type PostgresClient, PostgresStore, type PostgresStoreOptions } from '@coatcheck/store-postgres'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { CONNECT_PG_SIMPLE, holdRow, newSchema, openPool, sessionOf } from './support/postgres.ts'

const LONG = 600_000
const EIGHT = Array.from({ length: 8 }, (_, i) => `sid ${i}`)
/** Texts that are hard to quote. */
const ODD = ['"', '\\', '{a,b}', "it's", 'NULL', '\ufeffü', '\0', '\ud83d']

/** A store whose hooks can be called, as `RecordStore` calls them. */
class Hooks extends PostgresStore {
  replace(sid: string, data: string, expected?: string, owner?: string): Promise<UpdateResult> {
    return this._update(sid, data, LONG, expected, owner)
  }
  move(sid: string): Promise<boolean> {
    return this._touch(sid, LONG)
  }
  write(sid: string, data: string, owner?: string): Promise<void> {
    return this._write(sid, data, LONG, owner)
  }
  add(sid: string, data: string, owner?: string): Promise<boolean> {
    return this._insert(sid, data, LONG, owner)
  }
  end(sid: string): Promise<string | false> {
    return this._destroy(sid)
  }
  at(sid: string): Promise<string | undefined> {
    return this._read(sid).then(record => record?.data)
  }
}

/** A column of type jsonb cannot have the last two. */
const oddIn = (ddl: string | undefined, i: number) => (ddl?.includes('jsonb') && i > 5 ? '' : ODD[i])

const text = (n: number, more = '') => JSON.stringify({ cookie: {}, n, more })

interface Setup extends Omit<PostgresStoreOptions, 'client'> {
  client?: PostgresClient
  ddl?: string
}

/** A store on a schema of its own that is set up, and the statements that it sends from now on, by their first words. */
async function opened({ client, ddl, ...options }: Setup = {}) {
  const schema = await newSchema()
  const pool = openPool()
  if (ddl) await pool.query(`SET search_path = ${schema}; ${ddl}; RESET search_path`)
  const sent: string[] = []
  const watched: PostgresClient = {
    query: query => {
      sent.push(query.text.trim().replace(/\s+/g, ' '))
      return (client ?? pool).query(query)
    },
  }
  const store = new Hooks({ schema, ...options, client: watched })
  onTestFinished(() => store.close())
  await store.length()
  sent.length = 0
  return { store, schema, pool, sent }
}

const each = <T>(work: (sid: string, i: number) => Promise<T>, sids = EIGHT) => Promise.all(sids.map(work))

describe.each([
  ['its own table', {}],
  ['its own table with owners', { owner: 'user' }],
  ['the table of connect-pg-simple', { ddl: CONNECT_PG_SIMPLE, table: 'session' }],
  ['a jsonb column', { ddl: CONNECT_PG_SIMPLE.replace('json NOT', 'jsonb NOT'), table: 'session' }],
] as [string, Setup][])('batched writes: in %s', (_, setup) => {
  const odd = (i: number) => oddIn(setup.ddl, i)

  it('each call of a tick gets its own answer, from one statement for each kind', async () => {
    const { store, sent } = await opened(setup)
    const same = async (sid: string, n: number) => expect(JSON.parse((await store.at(sid))!).n).toBe(n)
    expect(await each((sid, i) => store.add(sid, text(i, odd(i))))).toEqual(EIGHT.map(() => true))
    await each((sid, i) => same(sid, i))
    expect(await each(sid => store.move(sid))).toEqual(EIGHT.map(() => true))
    await each((sid, i) => store.write(sid, text(10 + i)))
    await each((sid, i) => same(sid, 10 + i))
    expect(await each((sid, i) => store.replace(sid, text(20 + i)))).toEqual(EIGHT.map(() => 'updated'))
    expect(await each((sid, i) => store.replace(sid, text(30 + i, odd(i)), text(20 + i)))).toEqual(
      EIGHT.map(() => 'updated'),
    )
    await each((sid, i) => same(sid, 30 + i))
    const writes = sent.filter(statement => !/^(SELECT|WITH held AS \( SELECT sid, )/.test(statement))
    expect(writes).toHaveLength(5)
    expect(await each(sid => store.end(sid))).toEqual(
      EIGHT.map((_, i) => expect.stringContaining(`${30 + i}`)),
    )
    expect(await store.length()).toBe(0)
  })

  it('those that are not written are answered as one alone is', async () => {
    const { store } = await opened(setup)
    await each(sid => store.add(sid, text(1)), EIGHT.slice(0, 6))
    const six = EIGHT.slice(0, 6)
    expect(await each(sid => store.replace(sid, text(2), text(sid === 'sid 3' ? 7 : 1)))).toEqual([
      ...six.map(sid => (sid === 'sid 3' ? 'changed' : 'updated')),
      'missing',
      'missing',
    ])
    expect(await each(sid => store.replace(sid, text(3)))).toEqual([
      ...six.map(() => 'updated'),
      'missing',
      'missing',
    ])
    expect(await each(sid => store.move(sid))).toEqual([...six.map(() => true), false, false])
    expect(await each(sid => store.add(sid, text(4)))).toEqual([...six.map(() => false), true, true])
    expect(JSON.parse((await store.at('sid 0'))!).n).toBe(3)
    await each(sid => store.end(sid), six)
    expect(await each(sid => store.end(sid))).toEqual([
      ...six.map(() => false),
      ...['sid 6', 'sid 7'].map(() => expect.stringContaining('4')),
    ])
  })
})

describe('batched writes', () => {
  it('an owner is kept where none is given', async () => {
    const { store, schema, pool } = await opened({ owner: 'user' })
    await each((sid, i) => store.write(sid, text(1), i < 4 ? 'Ada' : undefined))
    await each((sid, i) => store.replace(sid, text(2), text(1), i > 5 ? 'Bob' : undefined))
    await each(sid => store.write(sid, text(3)))
    const { rows } = await pool.query(`SELECT owner FROM ${schema}.sessions ORDER BY sid`)
    expect(rows.map(row => row.owner)).toEqual(['Ada', 'Ada', 'Ada', 'Ada', null, null, 'Bob', 'Bob'])
  })

  it.each<[string, (store: Hooks, sid: string) => Promise<unknown>]>([
    ['set', (store, sid) => store.write(sid, text(2))],
    ['update', (store, sid) => store.replace(sid, text(2))],
    ['update by content', (store, sid) => store.replace(sid, text(2), text(1))],
    ['touch', (store, sid) => store.move(sid)],
    ['destroy', (store, sid) => store.end(sid)],
  ])('%s: only the session that another transaction has locked waits for it', async (_, write) => {
    const { store, schema } = await opened()
    await each(sid => store.add(sid, text(1)))
    const held = await holdRow(`${schema}.sessions`, 'sid 5')
    const settled: number[] = []
    const all = each((sid, i) => write(store, sid).then(() => settled.push(i)))
    while (settled.length < 7) await sleep(5)
    await held.waiting(1)
    expect(settled).not.toContain(5)
    await held.commit()
    await all
    expect(settled.at(-1)).toBe(5)
  })

  it('a session that the server refuses fails alone', async () => {
    const { store, schema, pool } = await opened()
    await pool.query(`
      CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF new.sid = 'sid 3' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN new; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON ${schema}.sessions FOR EACH ROW EXECUTE FUNCTION ${schema}.refuse()`)
    const results = await Promise.allSettled(EIGHT.map(sid => store.write(sid, text(1))))
    expect(results.map(({ status }) => status)).toEqual(
      EIGHT.map(sid => (sid === 'sid 3' ? 'rejected' : 'fulfilled')),
    )
    expect(results[3]).toMatchObject({ reason: { code: 'P0001', message: 'not this one' } })
    expect(await store.length()).toBe(7)
  })

  it('after a lost connection each caller is told, and nothing is sent again', async () => {
    const pool = openPool()
    let lost = false
    const client: PostgresClient = {
      async query(query) {
        const result = await pool.query(query)
        if (lost) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
        return result
      },
    }
    const { store, sent } = await opened({ client })
    await each(sid => store.write(sid, text(1)))
    sent.length = 0
    lost = true
    const results = await Promise.allSettled(EIGHT.map(sid => store.replace(sid, text(2), text(1))))
    for (const result of results) {
      expect(result).toMatchObject({ reason: { code: 'ERR_SESSION_STORE_UNAVAILABLE' } })
    }
    expect(sent).toHaveLength(1)
  })

  it('statements are sent in the order of the calls, when they are about one session', async () => {
    const { store, sent } = await opened({ owner: 'user' })
    const first = () => sent.splice(0).map(statement => statement.split(' ')[0])
    await Promise.all([store.write('a', text(1)), store.end('a'), store.write('a', text(2))])
    expect(first()).toEqual(['INSERT', 'DELETE', 'INSERT'])
    await Promise.all([store.write('a', text(1)), store.exchange('b', 'a', sessionOf())])
    expect(first()).toEqual(['INSERT', 'WITH'])
    await Promise.all([store.write('a', text(1)), store.clear()])
    expect(first().slice(0, 2)).toEqual(['INSERT', 'WITH'])
    await Promise.all([store.write('a', text(1)), store.countOf('Ada')])
    expect(first()).toEqual(['INSERT', 'SELECT'])
  })

  it('a few go alone, and so does a large one', async () => {
    const { store, sent } = await opened()
    await each(sid => store.write(sid, text(1)), EIGHT.slice(0, 5))
    expect(sent).toHaveLength(5)
    sent.length = 0
    await each((sid, i) => store.write(sid, text(1, i === 0 ? 'x'.repeat(60_000) : '')))
    expect(sent).toHaveLength(2)
    expect(await store.length()).toBe(8)
  })

  it('on a single connection, which may be in a transaction of the app, each goes alone', async () => {
    const schema = await newSchema()
    const client = new pg.Client(inject('postgresUrl'))
    await client.connect()
    const store = new Hooks({ client, schema })
    onTestFinished(async () => {
      await store.close()
      await client.end()
    })
    await store.length()
    const sent: string[] = []
    const query = client.query.bind(client)
    client.query = ((given: { text: string }) => {
      sent.push(given.text)
      return query(given as never)
    }) as never
    await each(sid => store.write(sid, text(1)))
    expect(sent).toHaveLength(8)
  })
})
