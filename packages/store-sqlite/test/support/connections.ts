import type { SqliteClient } from '@coatcheck/store-sqlite'
import type { AsyncSqliteClient } from '@coatcheck/store-sqlite/async'
import { fromDrizzle } from '@coatcheck/store-sqlite/drizzle'
import { fromKnex } from '@coatcheck/store-sqlite/knex'
import { fromKysely } from '@coatcheck/store-sqlite/kysely'
import { fromLibsql } from '@coatcheck/store-sqlite/libsql'
import { fromPrisma } from '@coatcheck/store-sqlite/prisma'
import { fromTypeorm } from '@coatcheck/store-sqlite/typeorm'
import { createClient } from '@libsql/client'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/libsql'
import knex from 'knex'
import { Kysely, SqliteDialect } from 'kysely'
import Libsql from 'libsql'
import { DataSource } from 'typeorm'
import { prismaClient } from '../../../session/test/support/prisma.ts'

/** A client, and how it is given up. */
export interface Connected {
  readonly client: AsyncSqliteClient
  end(): unknown
}

// The file is locked in some tests, and better-sqlite3 would block the process. TypeORM takes 0 for no setting.
const timeout = 1

/**
 * Another connection to a file that these open. It is of the same library: in one process, two copies of SQLite do not see the locks of
 * each other.
 */
export function openBeside(name: string, file: string): SqliteClient {
  return name.includes('libSQL') ? new Libsql(file) : new Database(file)
}

/** The connections of what apps have, by its name. */
export const CONNECTIONS_OF: Readonly<Record<string, (file: string) => Connected | Promise<Connected>>> = {
  Knex(filename) {
    const instance = knex({
      client: 'better-sqlite3',
      connection: { filename, options: { timeout } as never },
      useNullAsDefault: true,
    })
    return { client: fromKnex(instance), end: () => instance.destroy() }
  },
  Kysely(file) {
    const db = new Kysely({ dialect: new SqliteDialect({ database: new Database(file, { timeout }) }) })
    return { client: fromKysely(db), end: () => db.destroy() }
  },
  Prisma(url) {
    const prisma = prismaClient('sqlite', new PrismaBetterSqlite3({ url, timeout }))
    return { client: fromPrisma(prisma), end: () => prisma.$disconnect() }
  },
  async TypeORM(database) {
    const dataSource = new DataSource({ type: 'better-sqlite3', database, timeout })
    await dataSource.initialize()
    return { client: fromTypeorm(dataSource), end: () => dataSource.destroy() }
  },
  libSQL(file) {
    const client = createClient({ url: `file:${file}` })
    return { client: fromLibsql(client), end: () => client.close() }
  },
  'Drizzle on libSQL'(file) {
    const client = createClient({ url: `file:${file}` })
    return { client: fromDrizzle(drizzle({ client })), end: () => client.close() }
  },
}
