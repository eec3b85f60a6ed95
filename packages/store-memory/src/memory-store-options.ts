import { getHeapStatistics } from 'node:v8'
import type { RecordStoreOptions } from '@coatcheck/session'
import { LARGEST } from './shelf.ts'

/** Why a session was removed: the option whose bound was reached, or that it had expired. */
export type EvictReason = 'max' | 'maxBytes' | 'expired'

/** Options of {@link MemoryStore}. */
export interface MemoryStoreOptions extends RecordStoreOptions {
  /** How many sessions there may be. Default `Infinity`: as many as `maxBytes` allows, and never more than 16,777,215. */
  max?: number | undefined
  /** How many bytes of the heap all sessions may take, about. Default a quarter of what V8 allows this process. */
  maxBytes?: number | undefined
  /**
   * Told which session the store has removed by itself, and why; not told of `destroy` and `clear`. Called soon after, in a turn of its
   * own; what it throws, or its promise fails with, becomes a warning.
   */
  onEvict?: ((sid: string, reason: EvictReason) => void) | undefined
}

/** The bounds as numbers. Throws a TypeError that names the option. */
export function checkBounds(
  max: unknown = Infinity,
  maxBytes: unknown = Math.floor(getHeapStatistics().heap_size_limit / 4),
): { max: number; maxBytes: number } {
  if (!isBound(max)) {
    throw new TypeError('The option "max" must be a whole number of sessions greater than 0, or Infinity')
  }
  if (!isBound(maxBytes)) {
    throw new TypeError('The option "maxBytes" must be a whole number of bytes greater than 0, or Infinity')
  }
  return { max: Math.min(max, LARGEST), maxBytes }
}

function isBound(value: unknown): value is number {
  return value === Infinity || (Number.isSafeInteger(value) && (value as number) > 0)
}
