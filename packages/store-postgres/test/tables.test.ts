import type { PostgresOpenOptions } from '@coatcheck/store-postgres'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { newSchema, openPool, openStore, sessionOf, storeOn, urlOf } from './support/postgres.ts'

const LONGEST = `${'é'.repeat(31)}x`
const NAMES = [
  'Größe',
  'a b',
  '"',
  "it's",
  'x"; DROP TABLE coats; --',
  '$1',
  '$coat$',
  'select',
  '1',
  'a.b',
  '"a"."b"',
  '会话',
  '😀',
  '%s',
  '\\',
  ' ',
  LONGEST,
]

describe('table', () => {
  it.each(NAMES)('table: one may be called %j, in a schema of that name', async name => {
    const pool = openPool()
    const quoted = `"${name.replaceAll('"', '""')}"`
    await pool.query(`CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.coats (name text)`)
    onTestFinished(async () => void (await pool.query(`DROP SCHEMA ${quoted} CASCADE`)))
    for (let restart = 0; restart < 2; restart++) {
      const store = openStore({ schema: name, table: name })
      await store.set(`${restart}`, sessionOf({ user: 'Ada' }))
      const session = await store.get('0')
      await store.set('0', Object.assign(session!, { user: 'Bob' }))
      expect(await store.touch('0', sessionOf())).toBe(true)
      expect(await store.get('0')).toMatchObject({ user: 'Bob' })
      expect(await store.length()).toBe(restart + 1)
      expect(await store.prune()).toBe(0)
    }
    const tables = 'SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename COLLATE "C"'
    const { rows } = await pool.query(tables, [name])
    expect(rows.map(row => row.tablename)).toEqual(['coats', name].sort())
    const indexes = await pool.query('SELECT indexdef FROM pg_indexes WHERE schemaname = $1', [name])
    expect(indexes.rows.map(row => /\((.*)\)$/.exec(row.indexdef)![1]).sort()).toEqual(['due', 'sid'])
  })

  it.each(['table', 'schema'])('%s: is a name that PostgreSQL can have', option => {
    const open = (name: unknown) => openStore({ [option]: name as string })
    for (const name of ['', 'a\0b', '\ud83d', 1, null]) {
      expect(() => open(name)).toThrow(
        new TypeError(`The option "${option}" must be a name that PostgreSQL allows`),
      )
    }
    for (const name of ['x'.repeat(64), `${LONGEST}x`, 'é'.repeat(32)]) {
      expect(() => open(name)).toThrow(
        new TypeError(`The option "${option}" must be a name of at most 63 bytes`),
      )
    }
  })

  it('table: names that are the same in their first 60 bytes have tables of their own', async () => {
    const schema = await newSchema()
    const stores = ['1', '2', '3'].map(end => openStore({ schema, table: 'x'.repeat(62) + end }))
    for (const [i, store] of stores.entries()) await store.set('a', sessionOf({ i }))
    for (const [i, store] of stores.entries()) expect(await store.get('a')).toMatchObject({ i })
    const due = `SELECT count(*)::int AS count FROM pg_indexes WHERE schemaname = $1 AND indexdef LIKE '%(due)'`
    expect((await openPool().query(due, [schema])).rows).toEqual([{ count: 3 }])
  })

  it('table: several in a schema, and one name in several schemas, keep their sessions apart', async () => {
    const [one, two] = [await newSchema(), await newSchema()]
    const pool = openPool({ max: 1 })
    const places = [one, two].flatMap(schema => ['shop', 'admin'].map(table => ({ schema, table })))
    const stores = places.map(place => storeOn(pool, place))
    for (const [i, store] of stores.entries()) await store.set('a', sessionOf({ i }))
    for (const [i, store] of stores.entries()) expect(await store.get('a')).toMatchObject({ i })
    await stores[0]!.clear()
    expect(await Promise.all(stores.map(store => store.length()))).toEqual([0, 1, 1, 1])
  })

  it('schema: without it the table is looked for where the connection looks', async () => {
    const [first, second] = [await newSchema(), await newSchema()]
    await openStore({ schema: second }).set('a', sessionOf({ user: 'Ada' }))
    const store = openStore({}, urlOf({ options: `-c search_path=${first},${second}` }))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })

  it('schema: one that is not there is an error of the server, each time', async () => {
    const store = openStore({ schema: 'no such schema' })
    for (let i = 0; i < 2; i++) await expect(store.get('a')).rejects.toMatchObject({ code: '3F000' })
  })

  it('table: another one of that name is left as it is', async () => {
    const schema = await newSchema()
    const pool = openPool()
    const tables = {
      'id integer, title text': 'id integer, title text',
      'sid text, data bytea, expires timestamptz': 'sid text, data bytea, expires timestamp with time zone',
      'sid text, sess json, expire bigint': 'sid text, sess json, expire bigint',
    }
    for (const [ddl, columns] of Object.entries(tables)) {
      await pool.query(
        `CREATE TABLE ${schema}.sessions (${ddl}); INSERT INTO ${schema}.sessions DEFAULT VALUES`,
      )
      const store = openStore({ schema })
      const message = `The table "${schema}"."sessions" is not a table of sessions: it has the columns ${columns}. Set another name with the option "table"`
      await expect(store.set('a', sessionOf())).rejects.toThrow(new TypeError(message))
      await expect(store.clear()).rejects.toThrow(TypeError)
      expect((await pool.query(`SELECT FROM ${schema}.sessions`)).rowCount).toBe(1)
      await pool.query(`DROP TABLE ${schema}.sessions`)
    }
  })
})

describe('making the table', () => {
  /** A role that may use the schema and make nothing in it. */
  async function guest(schema: string): Promise<string> {
    const [pool, role] = [openPool(), `${schema}_guest`]
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'guest'; GRANT USAGE ON SCHEMA ${schema} TO ${role}`)
    onTestFinished(async () => void (await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)))
    const url = new URL(inject('postgresUrl'))
    return String(Object.assign(url, { username: role, password: 'guest' }))
  }

  it('rights: a role that may not make tables works on one that is there', async () => {
    const schema = await newSchema()
    const url = await guest(schema)
    await expect(openStore({ schema }, url).get('a')).rejects.toMatchObject({ code: '42501' })
    await openStore({ schema }).length()
    const role = `${schema}_guest`
    await openPool().query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${schema}.sessions TO ${role}`)
    const store = openStore({ schema }, url)
    await store.set('a', sessionOf({ user: 'Ada' }))
    const session = await store.get('a')
    await store.set('a', Object.assign(session!, { user: 'Bob' }))
    expect(await store.touch('a', sessionOf())).toBe(true)
    expect(await store.ids()).toEqual(['a'])
    expect(await store.length()).toBe(1)
    expect(await store.prune()).toBe(0)
    expect(await store.destroy('a')).toBe(true)
    await store.clear()
  })

  it('createTable: false makes none, and finds one that is made later', async () => {
    const schema = await newSchema()
    const store = openStore({ schema, createTable: false })
    const message = `The table "${schema}"."sessions" does not exist, and the option "createTable" is false`
    for (let i = 0; i < 2; i++) await expect(store.get('a')).rejects.toThrow(new TypeError(message))
    await openStore({ schema }).length()
    expect(await store.get('a')).toBeUndefined()
  })

  it('unlogged: makes such a table', async () => {
    const kinds: [PostgresOpenOptions, string][] = [
      [{}, 'p'],
      [{ unlogged: true }, 'u'],
    ]
    for (const [options, kind] of kinds) {
      const schema = await newSchema()
      const store = openStore({ schema, ...options })
      await store.set('a', sessionOf())
      const persistence = 'SELECT relpersistence AS kind FROM pg_class WHERE oid = to_regclass($1)'
      const { rows } = await openPool().query(persistence, [`${schema}.sessions`])
      expect(rows).toEqual([{ kind }])
    }
  })
})
