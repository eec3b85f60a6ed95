import { describe, expect, it, onTestFinished } from 'vitest'
import { newDatabase, openPool, openStore, rowsOf, sessionOf, storeOn, urlOf } from './support/mysql.ts'

const LONGEST = `${'é'.repeat(32)}${'x'.repeat(32)}`
const NAMES = [
  'Größe',
  'a b',
  '"',
  '`',
  "it's",
  'x`; DROP TABLE coats; --',
  '?',
  '??',
  ':name',
  'select',
  '1',
  'a.b',
  '会话',
  '%s',
  '\\',
  LONGEST,
]

describe('table', () => {
  it.each(NAMES)('table: one may be called %j', async name => {
    const database = await newDatabase()
    const pool = openPool(database)
    await pool.query('CREATE TABLE coats (name text)')
    for (const prepare of [true, false]) {
      const store = openStore({ table: name, prepare }, urlOf(database))
      await store.set(`${prepare}`, sessionOf({ user: 'Ada' }))
      const session = await store.get(`${prepare}`)
      await store.set(`${prepare}`, Object.assign(session!, { user: 'Bob' }))
      expect(await store.touch(`${prepare}`, sessionOf())).toBe(true)
      expect(await store.get(`${prepare}`, undefined, { renew: null })).toMatchObject({ user: 'Bob' })
      expect(await store.prune()).toBe(0)
      expect(await store.exchange(`${prepare}`, 'new', sessionOf())).toBe(true)
      expect(await store.destroy('new')).toBe(true)
    }
    const tables = (await rowsOf(pool, 'SHOW TABLES')).map(row => Object.values(row)[0])
    expect(tables.sort()).toEqual(['coats', name].sort())
  })

  it.each(['table', 'database'])('%s: is a name that MySQL allows', option => {
    const open = (name: unknown) => openStore({ [option]: name as string })
    for (const name of ['', 'a\0b', '\ud83d', '😀', 'a ', 1, null]) {
      expect(() => open(name)).toThrow(
        new TypeError(`The option "${option}" must be a name that MySQL allows`),
      )
    }
    expect(() => open('x'.repeat(65))).toThrow(
      new TypeError(`The option "${option}" must be a name of at most 64 characters`),
    )
  })

  it('database: several tables in several databases keep their sessions apart', async () => {
    const [one, two] = [await newDatabase(), await newDatabase()]
    const pool = openPool()
    const places = [one, two].flatMap(database => ['shop', 'admin'].map(table => ({ database, table })))
    const stores = places.map(place => storeOn(pool, place))
    for (const [i, store] of stores.entries()) await store.set('a', sessionOf({ i }))
    for (const [i, store] of stores.entries()) expect(await store.get('a')).toMatchObject({ i })
    await stores[0]!.clear()
    expect(await Promise.all(stores.map(store => store.length()))).toEqual([0, 1, 1, 1])
  })

  it('database: one that is not there, and none at all, are errors of the server, each time', async () => {
    const missing = openStore({ database: 'no such database' })
    const none = openStore({}, urlOf(''))
    for (let i = 0; i < 2; i++) {
      await expect(missing.get('a')).rejects.toMatchObject({ code: expect.stringMatching(/^ER_/) })
      await expect(none.get('a')).rejects.toMatchObject({ code: 'ER_NO_DB_ERROR' })
    }
  })

  it('table: another one of that name is left as it is', async () => {
    const database = await newDatabase()
    const pool = openPool(database)
    const tables = [
      'id int, title text',
      'sid varchar(10), data blob, expires bigint',
      'sid varchar(10), data text, expires datetime',
      'sid varchar(10), data text, expires int',
      'session_id int, data text, expires int',
    ]
    for (const ddl of tables) {
      await pool.query(`CREATE TABLE sessions (${ddl})`)
      await pool.query('INSERT INTO sessions VALUES ()')
      const store = openStore({}, urlOf(database))
      await expect(store.set('a', sessionOf())).rejects.toThrow(
        /^The table `sessions` is not a table of sessions: .*"table"$/,
      )
      await expect(store.clear()).rejects.toThrow(TypeError)
      expect(await rowsOf(pool, 'SELECT COUNT(*) AS count FROM sessions')).toEqual([{ count: 1 }])
      await pool.query('DROP TABLE sessions')
    }
  })
})

describe('making the table', () => {
  it('rights: a user that may not make tables works on one that is there', async () => {
    const database = await newDatabase()
    const [admin, guest] = [openPool(), `${database}_guest`]
    await admin.query(`CREATE USER ${guest} IDENTIFIED BY 'guest'`)
    onTestFinished(async () => void (await admin.query(`DROP USER ${guest}`)))
    await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${database}.* TO ${guest}`)
    const url = String(Object.assign(new URL(urlOf(database)), { username: guest, password: 'guest' }))
    await expect(openStore({}, url).get('a')).rejects.toMatchObject({ code: 'ER_TABLEACCESS_DENIED_ERROR' })
    await openStore({}, urlOf(database)).length()
    const store = openStore({}, url)
    await store.set('a', sessionOf({ user: 'Ada' }))
    const session = await store.get('a', undefined, { renew: null })
    await store.set('a', Object.assign(session!, { user: 'Bob' }))
    expect(await store.touch('a', sessionOf())).toBe(true)
    expect(await store.ids()).toEqual(['a'])
    expect(await store.length()).toBe(1)
    expect(await store.prune()).toBe(0)
    expect(await store.exchange('a', 'b', sessionOf())).toBe(true)
    expect(await store.destroy('b')).toBe(true)
    await store.clear()
    expect((await store.diagnose()).map(({ level }) => level)).not.toContain('problem')
  })

  it('createTable: false makes none, and finds one that is made later', async () => {
    const database = await newDatabase()
    const store = openStore({ createTable: false }, urlOf(database))
    const message = 'The table `sessions` does not exist, and the option "createTable" is false'
    for (let i = 0; i < 2; i++) await expect(store.get('a')).rejects.toThrow(new TypeError(message))
    await openStore({}, urlOf(database)).length()
    expect(await store.get('a')).toBeUndefined()
  })

  it('client: a character set that loses characters is refused', async () => {
    const database = await newDatabase()
    const store = storeOn(openPool(database, { charset: 'latin1' }))
    await expect(store.set('a', sessionOf())).rejects.toThrow(
      new TypeError(
        `The connections of the option "client" have the character set latin1, but sessions need utf8mb4: set their option "charset" to 'utf8mb4'`,
      ),
    )
  })

  it('prepare: false is refused where values could not be escaped', async () => {
    const database = await newDatabase()
    const pool = openPool(database)
    pool.pool.on('connection', connection => {
      connection.query("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'", () => {})
    })
    await expect(storeOn(pool, { prepare: false }).length()).rejects.toThrow(
      /^The option "prepare" must be true/,
    )
    const store = storeOn(pool)
    const text = '\\\' " \\" -- \n'
    await store.set(text, sessionOf({ text }))
    expect(await store.get(text)).toMatchObject({ text })
  })

  it("client: settings of a pool for the app's own statements do not matter", async () => {
    const database = await newDatabase()
    const options = {
      rowsAsArray: true,
      nestTables: true,
      namedPlaceholders: true,
      bigNumberStrings: true,
      supportBigNumbers: true,
      dateStrings: true,
      flags: ['-FOUND_ROWS'],
      typeCast: () => 'nothing',
    }
    for (const prepare of [true, false]) {
      const store = storeOn(openPool(database, options), { prepare })
      await store.set('a', sessionOf({ n: 1 }, 60_000))
      const session = await store.get('a', undefined, { renew: 60_000 })
      expect(session).toMatchObject({ n: 1 })
      // Twice in one millisecond nothing in the row changes, and it is there all the same.
      const touches = Array.from({ length: 20 }, () => store.touch('a', sessionOf({}, 60_000)))
      expect(await Promise.all(touches)).toEqual(touches.map(() => true))
      expect(await store.insert('a', sessionOf())).toBe(false)
      await store.set('a', Object.assign(session!, { n: 2 }))
      expect(await store.ids()).toEqual(['a'])
      expect(await store.length()).toBe(1)
      expect(await store.destroy('a')).toBe(true)
    }
  })
})
