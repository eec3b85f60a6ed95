import { describeRaces } from '../../session/test/support/races.ts'

describeRaces('store-memory', {
  stores: ['store-memory'],
  // Each process has sessions of its own.
  processes: [1],
  source: `
    import { MemoryStore } from '@coatcheck/store-memory'
    const store = new MemoryStore()
  `,
})
