import { randomBytes } from 'node:crypto'
import { describeDeviceRaces } from '../../session/test/support/device-races.ts'
import { openStore } from './support/mongodb.ts'

const collection = `device-races-${randomBytes(6).toString('hex')}`

describeDeviceRaces('store-mongodb', () => openStore({ collection }), 10, 20)
