import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { describeRaces } from '../../session/test/support/races.ts'

const TABLE = 'sessions of races'

afterAll(async () => {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  await client.query(`DROP TABLE IF EXISTS "${TABLE}"`)
  await client.end()
})

describeRaces('PostgreSQL', {
  stores: ['store-postgres'],
  source: `
    import { PostgresStore } from '@coatcheck/store-postgres'
    const store = PostgresStore.open(process.env.URL, { table: process.env.TABLE })
  `,
  env: () => ({ URL: inject('postgresUrl'), TABLE }),
})
