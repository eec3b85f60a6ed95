import type { Codec } from '../session/codec.ts'
import type { Conflict } from './conflict.ts'
import type { SaveQueue } from './save-queue.ts'
import type { Tombstones } from './tombstones.ts'

/** The settings for requests that use one session at the same time. */
export interface ConcurrencySettings {
  /** How long a session may be used, in milliseconds; `undefined`: without an end. */
  readonly absoluteTimeout: number | undefined
  readonly conflict: Conflict
  /** Whether devices are written to stored sessions; then a save compares the stored text. */
  readonly dbsc: object | undefined
  /** Ids that this process has destroyed or replaced in the store. */
  readonly tombstones: Tombstones
  /** Runs the saves of one session in this process one after the other. */
  readonly queue: SaveQueue
  /** The store's codec. */
  readonly codec: Codec
  /** Makes the text by which sessions are compared. */
  readonly comparable: Codec
}
