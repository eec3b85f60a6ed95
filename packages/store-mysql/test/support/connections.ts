import type { MysqlPromiseClient } from '@coatcheck/store-mysql'
import { fromDrizzle } from '@coatcheck/store-mysql/drizzle'
import { fromKnex } from '@coatcheck/store-mysql/knex'
import { fromKysely } from '@coatcheck/store-mysql/kysely'
import { fromPrisma } from '@coatcheck/store-mysql/prisma'
import { fromSequelize } from '@coatcheck/store-mysql/sequelize'
import { fromTypeorm } from '@coatcheck/store-mysql/typeorm'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { drizzle } from 'drizzle-orm/mysql2'
import knex from 'knex'
import { Kysely, MysqlDialect } from 'kysely'
import mysql from 'mysql2'
import mysqlPromise from 'mysql2/promise'
import { Sequelize } from 'sequelize'
import { DataSource } from 'typeorm'
import { prismaClient } from '../../../session/test/support/prisma.ts'
import type { Connected } from './subject.ts'

type Connect = (url: string) => Connected | Promise<Connected>

/** How many connections each has. */
const CONNECTIONS = 2

/** The connections of what apps have, by its name. */
export const CONNECTIONS_OF: Readonly<Record<string, Connect>> = {
  Knex(connection) {
    const instance = knex({ client: 'mysql2', connection, pool: { min: CONNECTIONS, max: CONNECTIONS } })
    return { client: fromKnex(instance), end: () => instance.destroy() }
  },
  Kysely(uri) {
    const pool = mysql.createPool({ uri, connectionLimit: CONNECTIONS })
    const db = new Kysely({ dialect: new MysqlDialect({ pool }) })
    return { client: fromKysely(db), end: () => db.destroy() }
  },
  Drizzle(uri) {
    const db = drizzle({ client: mysqlPromise.createPool({ uri, connectionLimit: CONNECTIONS }) })
    return { client: fromDrizzle(db) as MysqlPromiseClient, end: () => db.$client.end() }
  },
  Prisma(url) {
    // The limits of the package `mariadb` are short for a busy machine: a second for a new connection.
    const limits = `connectionLimit=${CONNECTIONS}&connectTimeout=10000&acquireTimeout=15000`
    const adapter = new PrismaMariaDb(`${url}?${limits}`)
    const prisma = prismaClient('mysql', adapter)
    return { client: fromPrisma(prisma), end: () => prisma.$disconnect() }
  },
  Sequelize(url) {
    const pool = { min: CONNECTIONS, max: CONNECTIONS }
    const sequelize = new Sequelize(url, { dialect: 'mysql', logging: false, pool })
    return { client: fromSequelize(sequelize), end: () => sequelize.close() }
  },
  async TypeORM(url) {
    const dataSource = new DataSource({ type: 'mysql', url, poolSize: CONNECTIONS })
    await dataSource.initialize()
    return { client: fromTypeorm(dataSource), end: () => dataSource.destroy() }
  },
}
