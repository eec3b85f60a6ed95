import mysql from 'mysql2/promise'
import { afterAll, inject } from 'vitest'
import { describeDeviceRaces } from '../../session/test/support/device-races.ts'
import { PATIENT_SQL } from '../../session/test/support/patient.ts'
import { openStore } from './support/mysql.ts'

const TABLE = 'sessions of device races'

afterAll(async () => {
  const client = await mysql.createConnection(inject('mysqlUrl'))
  await client.query(`DROP TABLE IF EXISTS \`${TABLE}\``)
  await client.end()
})

describeDeviceRaces('store-mysql', () => openStore({ table: TABLE, ...PATIENT_SQL }), 10, 20)
