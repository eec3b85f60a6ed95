import { fromKnex } from '@coatcheck/store-postgres/knex'
import { fromSequelize } from '@coatcheck/store-postgres/sequelize'
import { PrismaPg } from '@prisma/adapter-pg'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import connectSessionSequelize from 'connect-session-sequelize'
import expressSession, { type Store } from 'express-session'
import knex from 'knex'
import { Sequelize } from 'sequelize'
import { DataSource } from 'typeorm'
import { describe, inject, it, onTestFinished } from 'vitest'
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
import { newSchema, openPool, openStore, storeOn } from './support/postgres.ts'

describe('moving', () => {
  it('connect-session-knex: its table is used in place, on the connection of Knex, and back', async () => {
    const schema = await newSchema()
    const db = knex({ client: 'pg', connection: inject('postgresUrl'), searchPath: [schema] })
    onTestFinished(() => db.destroy())
    const old = new ConnectSessionKnexStore({ knex: db, createTable: true, cleanupInterval: 0 })
    await takesOver(old as unknown as Store, storeOn(fromKnex(db), {}))
  })

  it('connect-session-sequelize: its table is used in place after one statement, and back', async () => {
    const schema = await newSchema()
    const options = { options: `-c search_path=${schema}` }
    const sequelize = new Sequelize(inject('postgresUrl'), { logging: false, dialectOptions: options })
    onTestFinished(() => sequelize.close())
    const SequelizeStore = connectSessionSequelize(expressSession.Store)
    const old = new SequelizeStore({ db: sequelize, checkExpirationInterval: -1 })
    await old.sync()
    await sequelize.query(statementOf('connect-session-sequelize'))
    await takesOver(old, storeOn(fromSequelize(sequelize), { table: 'Sessions' }))
  })

  it('connect-typeorm: one statement copies the sessions', async () => {
    const schema = await newSchema()
    const source = new DataSource({
      type: 'postgres',
      url: inject('postgresUrl'),
      schema,
      entities: [TYPEORM_SESSION],
      synchronize: true,
    })
    await source.initialize()
    onTestFinished(() => source.destroy())
    await fill(typeormStore(source))
    await copied(schema, 'connect-typeorm')
  })

  it('prisma-session-store: one statement copies the sessions', async () => {
    const schema = await newSchema()
    // As a migration of Prisma makes it.
    await openPool({ max: 1 }).query(`CREATE TABLE ${schema}."Session" (
      id text PRIMARY KEY, sid text NOT NULL UNIQUE, data text NOT NULL, "expiresAt" timestamp(3) NOT NULL)`)
    const adapter = new PrismaPg(inject('postgresUrl'), { schema })
    const prisma = prismaClient('postgresql', adapter, PRISMA_SESSION)
    onTestFinished(() => prisma.$disconnect())
    await fill(prismaStore(prisma))
    await copied(schema, 'prisma-session-store')
  })

  async function copied(schema: string, name: string): Promise<void> {
    const pool = openPool({ max: 1, options: `-c search_path=${schema} -c TimeZone=America/St_Johns` })
    await pool.query(statementOf(name))
    await expectFilled(openStore({ schema }))
  }
})
