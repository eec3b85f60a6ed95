import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { describeDeviceRaces } from '../../session/test/support/device-races.ts'
import { PATIENT_SQL } from '../../session/test/support/patient.ts'
import { openStore } from './support/postgres.ts'

const TABLE = 'sessions of device races'

afterAll(async () => {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  await client.query(`DROP TABLE IF EXISTS "${TABLE}"`)
  await client.end()
})

describeDeviceRaces('store-postgres', () => openStore({ table: TABLE, ...PATIENT_SQL }), 20, 20)
