import { MemoryStore } from '@coatcheck/store-memory'
import { describeDeviceRaces } from '../support/device-races.ts'
import { inMatrix } from '../support/in-matrix.ts'

describeDeviceRaces('store-memory', () => new MemoryStore(), inMatrix ? 100 : 20, 100)
