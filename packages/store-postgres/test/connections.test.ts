import { PostgresStore } from '@coatcheck/store-postgres'
import { fromDrizzle } from '@coatcheck/store-postgres/drizzle'
import { fromKnex } from '@coatcheck/store-postgres/knex'
import { fromKysely } from '@coatcheck/store-postgres/kysely'
import { fromPglite } from '@coatcheck/store-postgres/pglite'
import { fromPostgresJs } from '@coatcheck/store-postgres/postgres-js'
import { fromPrisma } from '@coatcheck/store-postgres/prisma'
import { fromSequelize } from '@coatcheck/store-postgres/sequelize'
import { fromTypeorm } from '@coatcheck/store-postgres/typeorm'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { expectEveryMethod } from '../../session/test/support/every-method.ts'
import { CONNECTIONS_OF } from './support/connections.ts'
import { CONNECT_PG_SIMPLE, holdRow, newSchema, openPool, sessionOf } from './support/postgres.ts'
import type { Connected } from './support/subject.ts'

describe.each(Object.entries(CONNECTIONS_OF))('the connections of %s', (name, connect) => {
  async function open(url = inject('postgresUrl')) {
    const schema = await newSchema()
    const connected: Connected = await connect(url)
    const store = new PostgresStore({ client: connected.client, schema, table: 'a "b" ? $1 c' })
    onTestFinished(async () => {
      await store.close()
      await connected.end()
    })
    return { store, schema, client: connected.client }
  }

  it('client: any name of a table, any text, and every method', async () => {
    const { store } = await open()
    const odd = ['\ufeffü', 'a?b $1 $$ \\ \' " {,} \0 \ud800', 'ü', '{}', 'NULL']
    await expectEveryMethod(store, odd)
  })

  it('client: the table of connect-pg-simple, whose column is of type json', async () => {
    const { store, schema, client } = await open()
    await store.close()
    await openPool({ max: 1 }).query(`SET search_path = ${schema}; ${CONNECT_PG_SIMPLE}`)
    const json = new PostgresStore({ client, schema, table: 'session' })
    onTestFinished(() => json.close())
    await json.set('a', sessionOf({ text: '"\\\'{}?$1', n: 1 }, 60_000))
    const read = await json.get('a', undefined, { renew: 60_000 })
    expect(read).toMatchObject({ text: '"\\\'{}?$1', n: 1 })
    await json.set('a', Object.assign(read!, { n: 2 }))
    const { rows } = await openPool({ max: 1 }).query(`SELECT sess->>'n' AS n FROM ${schema}.session`)
    expect(rows).toEqual([{ n: '2' }])
    expect(await json.exchange('a', 'b', sessionOf({ n: 3 }))).toBe(true)
    expect([await json.insert('b', sessionOf()), await json.ids()]).toEqual([false, ['b']])
  })

  it("client: errors have the server's code, and neither ids nor data", async () => {
    const { store, schema } = await open()
    await store.set('a', sessionOf())
    const pool = openPool({ max: 1 })
    await pool.query(`
      ALTER TABLE ${schema}."a ""b"" ? $1 c" ADD CHECK (length(data) < 200), ADD CHECK (sid <> 'secret id 2')`)
    for (const [sid, text] of [
      ['secret id', 'secret data '.repeat(30)],
      ['secret id 2', 'secret - data'],
    ] as const) {
      const error = await store.set(sid, sessionOf({ text })).catch(thrown => thrown)
      expect(error).toMatchObject({
        code: '23514',
        message: expect.stringMatching(/violates check constraint/),
      })
      const names = Object.getOwnPropertyNames(error).filter(property => property !== 'stack')
      expect(JSON.stringify(names.map(property => error[property]))).not.toMatch(/secret/)
    }
  })

  it('client: a read that renews does not wait for who holds the row', async () => {
    const { store, schema } = await open()
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const held = await holdRow(`${schema}."a ""b"" ? $1 c"`, 'a')
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    await held.commit()
  })

  it('client: a server that is away is told as ERR_SESSION_STORE_UNAVAILABLE', async () => {
    // TypeORM connects before the store sees it.
    if (name === 'TypeORM') return
    const { store } = await open('postgres://nobody@127.0.0.1:1/none')
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_UNAVAILABLE',
      cause: { code: 'ECONNREFUSED' },
    })
  })
})

describe('PGlite', () => {
  it('fromDrizzle: finds PGlite', async () => {
    const db = await PGlite.create()
    onTestFinished(() => db.close())
    const store = new PostgresStore({ client: fromDrizzle(drizzle({ client: db })) })
    await store.set('a', sessionOf({ n: 1 }))
    expect(await store.get('a')).toMatchObject({ n: 1 })
    await store.close()
  })
})

describe('what is no connection', () => {
  it.each([
    ['fromDrizzle', fromDrizzle],
    ['fromKnex', fromKnex],
    ['fromKysely', fromKysely],
    ['fromPglite', fromPglite],
    ['fromPostgresJs', fromPostgresJs],
    ['fromPrisma', fromPrisma],
    ['fromSequelize', fromSequelize],
    ['fromTypeorm', fromTypeorm],
  ])('%s: is refused at once', (name, adapter) => {
    for (const value of [undefined, null, {}, 'postgres://host/db', { $client: {} }]) {
      expect(() => adapter(value as never)).toThrow(TypeError)
      expect(() => adapter(value as never)).toThrow(`${name} needs `)
    }
  })
})
