export { MemoryStore } from './memory-store.ts'
export type { EvictReason, MemoryStoreOptions } from './memory-store-options.ts'
export type { MemoryUsage } from './memory-usage.ts'
export { SessionTooLargeError } from './session-too-large-error.ts'
