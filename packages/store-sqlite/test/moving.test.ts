import { dirname, join } from 'node:path'
import { AsyncSqliteStore } from '@coatcheck/store-sqlite/async'
import { fromKnex } from '@coatcheck/store-sqlite/knex'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
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
  statementOf,
  TYPEORM_SESSION,
  takesOver,
  typeormStore,
} from '../../session/test/support/moving.ts'
import { prismaClient } from '../../session/test/support/prisma.ts'
import { openClient, openStore, tempFile } from './support/files.ts'
import * as sqlite3 from './support/sqlite3.ts'

/** Makes a store of another package on this file. */
type Make = (file: string) => Store | Promise<Store>

const PACKAGES: Readonly<Record<string, Make>> = {
  async 'connect-session-sequelize'(storage) {
    const sequelize = new Sequelize({ dialect: 'sqlite', storage, logging: false, dialectModule: sqlite3 })
    onTestFinished(() => sequelize.close())
    const SequelizeStore = connectSessionSequelize(expressSession.Store)
    const store = new SequelizeStore({ db: sequelize, checkExpirationInterval: -1 })
    await store.sync()
    return store
  },
  async 'connect-typeorm'(database) {
    const source = new DataSource({
      type: 'better-sqlite3',
      database,
      entities: [TYPEORM_SESSION],
      synchronize: true,
    })
    await source.initialize()
    onTestFinished(() => source.destroy())
    return typeormStore(source)
  },
  'prisma-session-store': url => onPrisma(url, 'iso8601'),
  'prisma-session-store, before Prisma 7': url => onPrisma(url, 'unixepoch-ms'),
}

async function onPrisma(url: string, timestampFormat: 'iso8601' | 'unixepoch-ms'): Promise<Store> {
  const prisma = prismaClient('sqlite', new PrismaBetterSqlite3({ url }, { timestampFormat }), PRISMA_SESSION)
  onTestFinished(() => prisma.$disconnect())
  // As a migration of Prisma makes it.
  await prisma.$executeRawUnsafe(`
    CREATE TABLE "Session" (
      "id" TEXT NOT NULL PRIMARY KEY, "sid" TEXT NOT NULL, "data" TEXT NOT NULL, "expiresAt" DATETIME NOT NULL)`)
  await prisma.$executeRawUnsafe('CREATE UNIQUE INDEX "Session_sid_key" ON "Session"("sid")')
  return prismaStore(prisma)
}

describe('moving', () => {
  it('connect-session-knex: its table is used in place, on the connection of Knex, and back', async () => {
    const db = knex({ client: 'better-sqlite3', connection: tempFile(), useNullAsDefault: true })
    onTestFinished(() => db.destroy())
    const old = new ConnectSessionKnexStore({ knex: db, createTable: true, cleanupInterval: 0 })
    const store = new AsyncSqliteStore({ client: fromKnex(db) })
    onTestFinished(() => store.close())
    await takesOver(old as unknown as Store, store)
  })

  it('connect-session-knex: its file is used in place', async () => {
    const file = tempFile()
    const db = knex({ client: 'better-sqlite3', connection: file, useNullAsDefault: true })
    const old = new ConnectSessionKnexStore({ knex: db, createTable: true, cleanupInterval: 0 })
    await fill(old as unknown as Store)
    await db.destroy()
    await expectFilled(openStore(file))
  })

  it.each(Object.entries(PACKAGES))(
    '%s: its sessions are copied to a file of their own',
    async (name, make) => {
      const file = tempFile()
      await fill(await make(file))
      const moved = join(dirname(file), 'moved.db')
      const sql = statementOf('the file in SQLite') + statementOf(`${name.split(',')[0]} in SQLite`)
      openClient(file).exec(sql.replace("'sessions.db'", `'${moved}'`))
      await expectFilled(openStore(moved))
    },
  )
})
