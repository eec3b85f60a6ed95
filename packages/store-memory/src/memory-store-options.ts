import type { RecordStoreOptions } from '@coatcheck/session'

/** Why a session was removed: the option whose bound was reached, or `'expired'`. */
export type EvictReason = 'max' | 'maxBytes' | 'expired'

/** Options of {@link MemoryStore}. */
export interface MemoryStoreOptions extends RecordStoreOptions {
  /** How many sessions the store may hold. Default `Infinity`: as many as `maxBytes` allows, at most 16,777,215. */
  max?: number | undefined
  /** About how many bytes of the heap all sessions may take. Default a quarter of the heap that V8 allows this process, less below 384 MB. */
  maxBytes?: number | undefined
  /**
   * Called, in a later tick, with the id of each session that the store itself removes, and the reason; not for `destroy` and `clear`. If
   * it throws or rejects, the process emits a warning.
   */
  onEvict?: ((sid: string, reason: EvictReason) => void) | undefined
}
