import type { Codec } from '../session/codec.ts'
import type { Conflict } from './conflict.ts'
import type { SaveQueue } from './save-queue.ts'
import type { Tombstones } from './tombstones.ts'

/** The settings that matter to two requests at once. */
export interface ConcurrencySettings {
  readonly conflict: Conflict
  /** What this process has destroyed or replaced in the store. */
  readonly tombstones: Tombstones
  /** Saves of this process, one session at a time. */
  readonly queue: SaveQueue
  /** The store's codec. */
  readonly codec: Codec
  /** Makes the text by which sessions are compared. */
  readonly comparable: Codec
}
