import { describeDeviceRaces } from '../../session/test/support/device-races.ts'
import { PATIENT } from '../../session/test/support/patient.ts'
import { freshPrefix, openStore } from './support/redis.ts'

const prefix = freshPrefix()

describeDeviceRaces('store-redis', () => openStore({ prefix, ...PATIENT }), 20, 20)
