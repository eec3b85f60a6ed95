import { fromDrizzle } from '@coatcheck/store-postgres/drizzle'
import { fromKnex } from '@coatcheck/store-postgres/knex'
import { fromKysely } from '@coatcheck/store-postgres/kysely'
import { fromPglite } from '@coatcheck/store-postgres/pglite'
import { fromPostgresJs } from '@coatcheck/store-postgres/postgres-js'
import { fromPrisma } from '@coatcheck/store-postgres/prisma'
import { fromSequelize } from '@coatcheck/store-postgres/sequelize'
import { fromTypeorm } from '@coatcheck/store-postgres/typeorm'
import { PGlite } from '@electric-sql/pglite'
import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleOnPostgresJs } from 'drizzle-orm/postgres-js'
import knex from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import postgres from 'postgres'
import { Sequelize } from 'sequelize'
import { DataSource } from 'typeorm'
import { prismaClient } from '../../../session/test/support/prisma.ts'
import type { Connected } from './subject.ts'

type Connect = (url: string) => Connected | Promise<Connected>

/** How many connections each has. */
const CONNECTIONS = 2

const poolOf = (url: string) => new pg.Pool({ connectionString: url, max: CONNECTIONS, idleTimeoutMillis: 0 })
const postgresJs = (url: string) => postgres(url, { max: CONNECTIONS, onnotice: () => {} })

/** The connections of what apps have, by its name. */
export const CONNECTIONS_OF: Readonly<Record<string, Connect>> = {
  Knex(connection) {
    const instance = knex({ client: 'pg', connection, pool: { min: CONNECTIONS, max: CONNECTIONS } })
    return { client: fromKnex(instance), end: () => instance.destroy() }
  },
  Kysely(url) {
    const db = new Kysely({ dialect: new PostgresDialect({ pool: poolOf(url) }) })
    return { client: fromKysely(db), end: () => db.destroy() }
  },
  'Drizzle on pg'(url) {
    const db = drizzle({ client: poolOf(url) })
    return { client: fromDrizzle(db), end: () => db.$client.end() }
  },
  'Drizzle on Postgres.js'(url) {
    const db = drizzleOnPostgresJs({ client: postgresJs(url) })
    return { client: fromDrizzle(db), end: () => db.$client.end() }
  },
  Prisma(connectionString) {
    const prisma = prismaClient('postgresql', new PrismaPg({ connectionString, max: CONNECTIONS }))
    return { client: fromPrisma(prisma), end: () => prisma.$disconnect() }
  },
  Sequelize(url) {
    const pool = { min: CONNECTIONS, max: CONNECTIONS }
    const sequelize = new Sequelize(url, { dialect: 'postgres', logging: false, pool })
    return { client: fromSequelize(sequelize), end: () => sequelize.close() }
  },
  async TypeORM(url) {
    const dataSource = new DataSource({ type: 'postgres', url, poolSize: CONNECTIONS })
    await dataSource.initialize()
    return { client: fromTypeorm(dataSource), end: () => dataSource.destroy() }
  },
  'Postgres.js'(url) {
    const sql = postgresJs(url)
    return { client: fromPostgresJs(sql), end: () => sql.end() }
  },
}

/**
 * PGlite has no connections: all stores are on one database in this process. It is made when it is needed, since that keeps the process
 * busy for seconds.
 */
export function pglite(): { readonly connect: Connect; close(): Promise<void> } {
  let db: Promise<PGlite> | undefined
  return {
    async connect() {
      db ??= PGlite.create()
      return { client: fromPglite(await db), end: () => Promise.resolve() }
    },
    close: async () => (await db)?.close(),
  }
}
