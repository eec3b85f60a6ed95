import mysql from 'mysql2/promise'
import { afterAll, inject } from 'vitest'
import { describeDeviceRaces } from '../../session/test/support/device-races.ts'
import { openStore } from './support/mysql.ts'

const TABLE = 'sessions of device races'

afterAll(async () => {
  const client = await mysql.createConnection(inject('mysqlUrl'))
  await client.query(`DROP TABLE IF EXISTS \`${TABLE}\``)
  await client.end()
})

describeDeviceRaces('store-mysql', () => openStore({ table: TABLE }), 10, 20)
