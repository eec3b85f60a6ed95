import { randomBytes } from 'node:crypto'
import { describeOwnerRaces } from '../../session/test/support/owner-races.ts'
import { PATIENT } from '../../session/test/support/patient.ts'
import { openStore } from './support/mongodb.ts'

const collection = `owner-races-${randomBytes(6).toString('hex')}`

describeOwnerRaces('store-mongodb', options => openStore({ collection, ...PATIENT, ...options }))
