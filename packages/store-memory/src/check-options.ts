import { getHeapStatistics } from 'node:v8'
import { checkOptionNames, RECORD_STORE_OPTIONS } from '@coatcheck/session'
import type { MemoryStoreOptions } from './memory-store-options.ts'
import { LARGEST } from './session-cache.ts'

const NAMES: Record<keyof MemoryStoreOptions, true> = {
  ...RECORD_STORE_OPTIONS,
  max: true,
  maxBytes: true,
  onEvict: true,
}

/** How many sessions and bytes the store may hold. */
export interface Bounds {
  readonly max: number
  readonly maxBytes: number
}

/** The bounds as numbers. Throws a TypeError that names a wrong option. */
export function checkOptions(options: MemoryStoreOptions): Bounds {
  checkOptionNames(options, Object.keys(NAMES), 'MemoryStore')
  const { onEvict } = options
  if (onEvict !== undefined && typeof onEvict !== 'function') {
    throw new TypeError('The option "onEvict" must be a function')
  }
  const { max = Infinity, maxBytes = defaultMaxBytes() } = options
  if (!isBound(max)) {
    throw new TypeError('The option "max" must be a whole number of sessions greater than 0, or Infinity')
  }
  if (!isBound(maxBytes)) {
    throw new TypeError('The option "maxBytes" must be a whole number of bytes greater than 0, or Infinity')
  }
  return { max: Math.min(max, LARGEST), maxBytes }
}

// From Node 24 on, the limit of the heap has up to 192 MB for young objects in it. Sessions are kept among the old ones.
const YOUNG = 192 * 1024 * 1024

/** A quarter of the heap, and less of one that is mostly for young objects. */
function defaultMaxBytes(): number {
  const { heap_size_limit: limit } = getHeapStatistics()
  return Math.floor(Math.min(limit / 4, Math.max(limit / 8, (limit - YOUNG) / 2)))
}

function isBound(value: unknown): value is number {
  return value === Infinity || (Number.isSafeInteger(value) && (value as number) > 0)
}
