import { setTimeout as sleep } from 'node:timers/promises'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { AsyncSqliteStore } from '@coatcheck/store-sqlite/async'
import { fromDrizzle } from '@coatcheck/store-sqlite/drizzle'
import { fromKnex } from '@coatcheck/store-sqlite/knex'
import { fromKysely } from '@coatcheck/store-sqlite/kysely'
import { fromLibsql } from '@coatcheck/store-sqlite/libsql'
import { fromPrisma } from '@coatcheck/store-sqlite/prisma'
import { fromTypeorm } from '@coatcheck/store-sqlite/typeorm'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expectEveryMethod } from '../../session/test/support/every-method.ts'
import { describeOwners } from '../../session/test/support/owners.ts'
import { prismaClient } from '../../session/test/support/prisma.ts'
import { CONNECTIONS_OF, openBeside } from './support/connections.ts'
import { openClient, sessionOf, tempFile } from './support/files.ts'

const ODD_TABLE = 'a "b" ? $1 $$ c$1 :a'
const THEIRS = {
  'better-sqlite3-session-store': 'CREATE TABLE sessions (sid TEXT PRIMARY KEY, sess JSON, expire TEXT)',
  'connect-sqlite3': 'CREATE TABLE sessions (sid PRIMARY KEY, expired, sess)',
}

describe.each(Object.entries(CONNECTIONS_OF))('the connections of %s', (name, connect) => {
  async function open({ table = ODD_TABLE, ddl = '', busyTimeout = 5000 } = {}) {
    const file = tempFile()
    const other = openBeside(name, file)
    other.exec(`PRAGMA journal_mode = WAL; ${ddl}`)
    const connected = await connect(file)
    const store = new AsyncSqliteStore({ client: connected.client, table, busyTimeout })
    onTestFinished(async () => {
      await store.close()
      await connected.end()
      other.close()
    })
    return { store, file, other }
  }

  it.each<[string, string, string]>([
    ['its own', ODD_TABLE, ''],
    ...Object.entries(THEIRS).map(([name, ddl]) => [name, 'sessions', ddl] as [string, string, string]),
  ])('client: every method, and any text, in the table of %s', async (_, table, ddl) => {
    const { store, file } = await open({ table, ddl })
    const odd = ['\ufeffü', 'a?b $1 $$ \\ \' " `{,}', 'ü', '{}', 'NULL', ':a']
    await expectEveryMethod(store, odd, async () => {
      const beside = openBeside(name, file)
      expect(await new SqliteStore({ client: beside, table }).get('ü')).toMatchObject({ n: 1 })
      beside.close()
    })
  })

  it('client: errors have the code of SQLite, and neither ids nor data', async () => {
    const { store, other } = await open({ table: 'sessions' })
    await store.set('a', sessionOf())
    other.exec(`
      CREATE TRIGGER refuse BEFORE INSERT ON sessions WHEN new.sid LIKE 'secret%'
      BEGIN SELECT RAISE(ABORT, 'not this one'); END`)
    const error = await store.set('secret id', sessionOf({ text: 'secret - data' })).catch(thrown => thrown)
    expect(error).toMatchObject({
      code: expect.stringMatching(/^SQLITE_CONSTRAINT/),
      message: expect.stringMatching(/not this one/),
    })
    const names = Object.getOwnPropertyNames(error).filter(property => property !== 'stack')
    expect(JSON.stringify(names.map(property => error[property]))).not.toMatch(/secret/)
  })

  it('client: a locked file is waited for, and told with status 503 when that takes too long', async () => {
    const { store, file, other } = await open({ table: 'sessions', busyTimeout: 100 })
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    other.exec('BEGIN IMMEDIATE')
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    await expect(store.set('b', sessionOf())).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_UNAVAILABLE',
      status: 503,
      cause: { code: expect.stringMatching(/^SQLITE_BUSY/) },
    })
    const { client, end } = await connect(file)
    const patient = new AsyncSqliteStore({ client, table: 'sessions', busyTimeout: 60_000 })
    const written = patient.set('c', sessionOf())
    await sleep(150)
    other.exec('ROLLBACK')
    await written
    expect(await store.ids()).toEqual(['a', 'c'])
    await patient.close()
    await end()
  })
})

describe('Prisma', () => {
  it('client: a transaction of the app that is undone takes no session with it', async () => {
    const file = tempFile()
    const prisma = prismaClient('sqlite', new PrismaBetterSqlite3({ url: file }))
    const store = new AsyncSqliteStore({ client: fromPrisma(prisma) })
    await store.set('before', sessionOf())
    let written: Promise<void> | undefined
    const undone = prisma.$transaction(async (tx: typeof prisma) => {
      await tx.$executeRawUnsafe('CREATE TABLE t (a)')
      written = store.set('meanwhile', sessionOf())
      expect(await store.get('before')).toBeDefined()
      // Long enough for the write, if it did not wait.
      await sleep(200)
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    await written
    expect(await store.ids()).toEqual(['before', 'meanwhile'])
    await store.close()
    await prisma.$disconnect()
  })
})

describeOwners('AsyncSqliteStore', () => {
  const file = tempFile()
  return options => {
    const database = openClient(file)
    const client = fromKysely(new Kysely({ dialect: new SqliteDialect({ database }) }))
    return new AsyncSqliteStore({ ...options, client })
  }
})

describe('what is no connection', () => {
  it.each([
    ['fromDrizzle', fromDrizzle],
    ['fromKnex', fromKnex],
    ['fromKysely', fromKysely],
    ['fromLibsql', fromLibsql],
    ['fromPrisma', fromPrisma],
    ['fromTypeorm', fromTypeorm],
  ])('%s: is refused at once', (name, adapter) => {
    for (const value of [undefined, null, {}, 'sessions.db', { $client: {} }]) {
      expect(() => adapter(value as never)).toThrow(TypeError)
      expect(() => adapter(value as never)).toThrow(`${name} needs `)
    }
  })

  it('fromDrizzle: on a synchronous driver, tells what to do instead', () => {
    const db = drizzle({ client: openClient() })
    expect(() => fromDrizzle(db)).toThrow('use SqliteStore: new SqliteStore({ client: db.$client })')
  })

  it('AsyncSqliteStore: wrong options are told by their names', () => {
    const client = { query: async () => [] }
    expect(() => new AsyncSqliteStore({ client: openClient() as never })).toThrow(
      'The option "client" must be',
    )
    expect(() => new AsyncSqliteStore({ client, tabel: 'a' } as never)).toThrow('tabel')
    expect(() => new AsyncSqliteStore({ client, busyTimeout: -1 })).toThrow('busyTimeout')
  })
})
