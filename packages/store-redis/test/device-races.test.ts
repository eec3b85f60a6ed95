import { describeDeviceRaces } from '../../session/test/support/device-races.ts'
import { freshPrefix, openStore } from './support/redis.ts'

const prefix = freshPrefix()

describeDeviceRaces('store-redis', () => openStore({ prefix }), 20, 20)
