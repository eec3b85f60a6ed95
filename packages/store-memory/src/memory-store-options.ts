import type { RecordStoreOptions } from '@coatcheck/session'

/** Why a session was removed: the option whose bound was reached, or `'expired'`. */
export type EvictReason = 'max' | 'maxBytes' | 'expired'

/** Options of {@link MemoryStore}. */
export interface MemoryStoreOptions extends RecordStoreOptions {
  /** How many sessions there may be. Default `Infinity`: as many as `maxBytes` allows, and never more than 16,777,215. */
  max?: number | undefined
  /** How many bytes of the heap all sessions may take, about. Default a quarter of what V8 allows this process. */
  maxBytes?: number | undefined
  /**
   * Called with the id of each session that the store removes by itself, and the reason; not for `destroy` and `clear`. It is called in a
   * later turn of the event loop. What it throws, or its promise rejects with, becomes a warning.
   */
  onEvict?: ((sid: string, reason: EvictReason) => void) | undefined
}
