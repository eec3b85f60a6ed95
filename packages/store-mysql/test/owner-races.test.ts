import mysql from 'mysql2/promise'
import { afterAll, inject } from 'vitest'
import { describeOwnerRaces } from '../../session/test/support/owner-races.ts'
import { PATIENT_SQL } from '../../session/test/support/patient.ts'
import { openStore } from './support/mysql.ts'

const TABLE = 'sessions of owner races'

afterAll(async () => {
  const client = await mysql.createConnection(inject('mysqlUrl'))
  await client.query(`DROP TABLE IF EXISTS \`${TABLE}\``)
  await client.end()
})

describeOwnerRaces('store-mysql', options => openStore({ table: TABLE, ...PATIENT_SQL, ...options }))
