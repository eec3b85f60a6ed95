export { MemoryStore, type MemoryUsage } from './memory-store.ts'
export type { EvictReason, MemoryStoreOptions } from './memory-store-options.ts'
export { SessionTooLargeError } from './session-too-large-error.ts'
