import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import connectSessionSequelize from 'connect-session-sequelize'
import expressSession, { type Store } from 'express-session'
import knex from 'knex'
import { Sequelize } from 'sequelize'
import { DataSource } from 'typeorm'
import { describe, it, onTestFinished } from 'vitest'
import {
  expectFilled,
  fill,
  PRISMA_SESSION,
  prismaStore,
  statementsOf,
  TYPEORM_SESSION,
  typeormStore,
} from '../../session/test/support/moving.ts'
import { prismaClient } from '../../session/test/support/prisma.ts'
import { newDatabase, openPool, openStore, urlOf } from './support/mysql.ts'

/** Makes a store of another package on this database. */
type Make = (url: string) => Store | Promise<Store>

const PACKAGES: Readonly<Record<string, Make>> = {
  'connect-session-knex'(connection) {
    const db = knex({ client: 'mysql2', connection })
    onTestFinished(() => db.destroy())
    return new ConnectSessionKnexStore({ knex: db, createTable: true, cleanupInterval: 0 }) as never
  },
  async 'connect-session-sequelize'(url) {
    const sequelize = new Sequelize(url, { dialect: 'mysql', logging: false })
    onTestFinished(() => sequelize.close())
    const SequelizeStore = connectSessionSequelize(expressSession.Store)
    const store = new SequelizeStore({ db: sequelize, checkExpirationInterval: -1 })
    await store.sync()
    return store
  },
  async 'connect-typeorm'(url) {
    const source = new DataSource({ type: 'mysql', url, entities: [TYPEORM_SESSION], synchronize: true })
    await source.initialize()
    onTestFinished(() => source.destroy())
    return typeormStore(source)
  },
  async 'prisma-session-store'(url) {
    const prisma = prismaClient('mysql', new PrismaMariaDb(url), PRISMA_SESSION)
    onTestFinished(() => prisma.$disconnect())
    // As a migration of Prisma makes it, with the type of the README.
    await prisma.$executeRawUnsafe(`
      CREATE TABLE Session (
        id varchar(191) NOT NULL, sid varchar(191) NOT NULL, data mediumtext NOT NULL, expiresAt datetime(3) NOT NULL,
        UNIQUE INDEX Session_sid_key (sid), PRIMARY KEY (id)
      ) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
    return prismaStore(prisma)
  },
}

describe('moving', () => {
  it.each(Object.entries(PACKAGES))('%s: two statements copy the sessions', async (name, make) => {
    const database = await newDatabase()
    await fill(await make(urlOf(database)))
    const pool = openPool(database, { connectionLimit: 1 })
    await pool.query("SET time_zone = '-03:30'")
    for (const sql of [...statementsOf('the table in MySQL'), ...statementsOf(`${name} in MySQL`)]) {
      await pool.query(sql)
    }
    await expectFilled(openStore({ table: 'moved_sessions' }, urlOf(database)))
  })
})
