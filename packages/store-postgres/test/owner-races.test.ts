import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { describeOwnerRaces } from '../../session/test/support/owner-races.ts'
import { PATIENT_SQL } from '../../session/test/support/patient.ts'
import { openStore } from './support/postgres.ts'

const TABLE = 'sessions of owner races'

afterAll(async () => {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  await client.query(`DROP TABLE IF EXISTS "${TABLE}"`)
  await client.end()
})

describeOwnerRaces('store-postgres', options => openStore({ table: TABLE, ...PATIENT_SQL, ...options }))
