import { expect, inject } from 'vitest'
import { describeProcesses } from '../../session/test/support/several-processes.ts'
import { newSchema, openPool, openStore } from './support/postgres.ts'

describeProcesses({
  store: 'store-postgres',
  name: 'PostgresStore',
  driver: 'pg',
  scheme: 'postgres',
  url: () => inject('postgresUrl'),
  place: async () => ({ schema: await newSchema() }),
  open: openStore,
  longest: 63,
  async made({ schema }, tables) {
    const indexes = 'SELECT tablename FROM pg_indexes WHERE schemaname = $1'
    expect((await openPool({ max: 1 }).query(indexes, [schema])).rowCount).toBe(2 * tables.length)
  },
})
