import { randomBytes } from 'node:crypto'
import { describeDeviceRaces } from '../../session/test/support/device-races.ts'
import { PATIENT } from '../../session/test/support/patient.ts'
import { openStore } from './support/mongodb.ts'

const collection = `device-races-${randomBytes(6).toString('hex')}`

describeDeviceRaces('store-mongodb', () => openStore({ collection, ...PATIENT }), 10, 20)
