import { type SqliteClient, SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it } from 'vitest'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

const NAMES = [
  'sessions',
  'Größe',
  'a b',
  '"',
  "it's",
  'x"; DROP TABLE coats; --',
  '[a]',
  'select',
  '1',
  'a.b',
  '会话',
  '😀',
  '%s',
]

describe('table', () => {
  it.each(NAMES)('table: one may be called %j', async table => {
    const file = tempFile()
    const client = openClient(file)
    client.exec('CREATE TABLE coats (name TEXT)')
    const store = openStore(file, { table })
    await store.set('a', sessionOf({ user: 'Ada' }))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    const again = openStore(file, { table })
    expect(await again.ids()).toEqual(['a'])
    const tables = client.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    expect(tables.pluck().all()).toEqual(['coats', table].sort())
  })

  it.each(['', 'a\0b', 1, null])('table: %j is no name', table => {
    const options = { client: openClient(), table: table as string }
    expect(() => new SqliteStore(options)).toThrow(
      new TypeError('The option "table" must be the name of a table'),
    )
  })

  it('table: two in one file keep their sessions apart', async () => {
    const file = tempFile()
    const [shop, admin] = [openStore(file, { table: 'shop' }), openStore(file, { table: 'admin' })]
    await shop.set('a', sessionOf({ user: 'Ada' }))
    expect(await admin.get('a')).toBeUndefined()
    expect(await admin.destroy('a')).toBe(false)
    await admin.clear()
    expect(await shop.get('a')).toMatchObject({ user: 'Ada' })
  })

  it('table: another one of that name is left as it is', async () => {
    const client = openClient()
    client.exec("CREATE TABLE sessions (id INTEGER, title TEXT); INSERT INTO sessions VALUES (1, 'Bands')")
    const store = new SqliteStore({ client })
    await expect(store.set('a', sessionOf())).rejects.toThrow(
      'The table "sessions" is not a table of sessions: it has the columns id, title. Set another name with the option "table"',
    )
    await expect(store.clear()).rejects.toThrow(TypeError)
    expect(client.prepare('SELECT * FROM sessions').all()).toEqual([{ id: 1, title: 'Bands' }])
  })

  it('table: the columns have types that SQLite enforces', async () => {
    const client = openClient()
    await new SqliteStore({ client }).length()
    const insert = client.prepare("INSERT INTO sessions (sid, data, expires) VALUES ('a', '{}', ?)")
    expect(() => insert.run('tomorrow')).toThrow(/cannot store TEXT value in INTEGER column/)
  })
})

describe('statements', () => {
  const tables = {
    'our own table': '',
    "connect-sqlite3's": 'CREATE TABLE sessions (sid PRIMARY KEY, expired, sess)',
    "better-sqlite3-session-store's":
      'CREATE TABLE sessions (sid TEXT NOT NULL PRIMARY KEY, sess JSON NOT NULL, expire TEXT NOT NULL)',
  }

  it.each(Object.entries(tables))('index: in %s no session is looked for by reading all', async (_, ddl) => {
    const client = openClient()
    client.exec(ddl)
    const prepared: string[] = []
    const watched: SqliteClient = {
      prepare(sql) {
        prepared.push(sql)
        return client.prepare(sql)
      },
      exec: sql => client.exec(sql),
      close() {},
    }
    await new SqliteStore({ client: watched, pruneInterval: false }).prune()

    const plans = prepared
      .filter(sql => sql.includes('WHERE') && !sql.includes('pragma_'))
      .map(sql => {
        const values = sql.match(/\?/g)?.map(() => 1) ?? []
        const steps = client.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]
        return steps.map(step => step.detail).join('; ')
      })
    expect(plans).toHaveLength(12)
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (?!CONSTANT ROW)|TEMP B-TREE/)
    expect(plans.filter(plan => /USING (COVERING )?INDEX sessions_(due|expire)/.test(plan))).toHaveLength(3)
  })

  it('statements: are prepared once, and not for each call', async () => {
    const client = openClient()
    let prepared = 0
    const counting: SqliteClient = {
      prepare(sql) {
        prepared++
        return client.prepare(sql)
      },
      exec: sql => client.exec(sql),
      close() {},
    }
    const store = new SqliteStore({ client: counting })
    await store.set('a', sessionOf())
    const first = prepared
    for (let i = 0; i < 20; i++) {
      const session = await store.get('a')
      await store.set('a', session!)
      await store.touch('a', session!)
      await store.set(`b ${i}`, sessionOf())
      await store.destroy(`b ${i}`)
    }
    expect(prepared).toBe(first)
  })
})

describe('data', () => {
  it('update: a session that another wrote meanwhile is not overwritten', async () => {
    const file = tempFile()
    const [one, two] = [openStore(file), openStore(file)]
    await one.set('a', sessionOf({ n: 0 }))
    const [mine, theirs] = [await one.get('a'), await two.get('a')]
    await two.set('a', Object.assign(theirs!, { n: 1 }))
    const late = one.set('a', Object.assign(mine!, { n: 2 }))
    await expect(late).rejects.toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect(await one.get('a')).toMatchObject({ n: 1 })
  })

  it('update: a session that another destroyed meanwhile is not made again', async () => {
    const file = tempFile()
    const [one, two] = [openStore(file), openStore(file)]
    await one.set('a', sessionOf({ n: 0 }))
    const mine = await one.get('a')
    expect(await two.destroy('a')).toBe(true)
    const late = one.set('a', Object.assign(mine!, { n: 2 }))
    await expect(late).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(await one.touch('a', mine!)).toBe(false)
    expect(openClient(file).prepare('SELECT count(*) FROM sessions').pluck().get()).toBe(0)
  })

  it('codec: any text comes back as it was', async () => {
    const texts = ['12345678901234567890', '0x10', '1e400', 'a\0b', '\u2028', 'é😀', ' ', 'x'.repeat(2 ** 20)]
    let text = ''
    const codec = { stringify: () => text, parse: (stored: string) => ({ cookie: {}, stored }) }
    const store = openStore(tempFile(), { codec })
    for (text of texts) {
      await store.set('a', sessionOf())
      const session = await store.get('a')
      expect(session).toMatchObject({ stored: text })
      await store.set('a', session!)
    }
  })
})
