import type { RecordStoreOptions } from '@coatcheck/session'
import { MemoryStore } from '@coatcheck/store-memory'
import { onTestFinished } from 'vitest'
import { describeExchange } from '../../session/test/support/exchange.ts'
import { describeRenewals } from '../../session/test/support/renewals.ts'
import { sealed } from '../../session/test/support/sealed.ts'

function open(options?: RecordStoreOptions) {
  const store = new MemoryStore(options)
  onTestFinished(() => store.close())
  return { store, other: store }
}

describeRenewals('MemoryStore', open)
describeExchange('MemoryStore', undefined, open)
describeRenewals('MemoryStore, hashed and encrypted', sealed(open))
describeExchange('MemoryStore, hashed and encrypted', undefined, sealed(open))
