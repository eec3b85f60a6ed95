import { MemoryStore } from '@coatcheck/store-memory'
import { describeDeviceRaces } from '../support/device-races.ts'

describeDeviceRaces('store-memory', () => new MemoryStore(), 100, 100)
