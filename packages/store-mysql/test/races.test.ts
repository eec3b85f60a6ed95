import mysql from 'mysql2/promise'
import { afterAll, inject } from 'vitest'
import { describeRaces } from '../../session/test/support/races.ts'

const TABLE = 'sessions of races'

afterAll(async () => {
  const client = await mysql.createConnection(inject('mysqlUrl'))
  await client.query(`DROP TABLE IF EXISTS \`${TABLE}\``)
  await client.end()
})

describeRaces('MySQL', {
  stores: ['store-mysql'],
  source: `
    import { MysqlStore } from '@coatcheck/store-mysql'
    const store = MysqlStore.open(process.env.URL, { table: process.env.TABLE })
  `,
  env: () => ({ URL: inject('mysqlUrl'), TABLE }),
})
