import { MemoryStore } from '@coatcheck/store-memory'
import { clearWith } from './pages.mjs'

/** The store of our adapters. */
export function memoryStore() {
  const store = new MemoryStore()
  clearWith(() => store.clear())
  return store
}
