import { MemoryStore } from '@coatcheck/store-memory'
import { onTestFinished } from 'vitest'
import { describeRenewals } from '../../session/test/support/renewals.ts'

describeRenewals('MemoryStore', options => {
  const store = new MemoryStore(options)
  onTestFinished(() => store.close())
  return { store, other: store }
})
