import { getHeapStatistics } from 'node:v8'
import type { MemoryStoreOptions } from './memory-store-options.ts'
import { LARGEST } from './session-cache.ts'

const NAMES: Record<keyof MemoryStoreOptions, true> = {
  max: true,
  maxBytes: true,
  onEvict: true,
  ttl: true,
  pruneInterval: true,
  codec: true,
}

/** What the option is called in other stores and caches. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  checkPeriod: 'pruneInterval',
  serializer: 'codec',
  maxSize: 'maxBytes',
  dispose: 'onEvict',
}

/** How many sessions and bytes there may be. */
export interface Bounds {
  readonly max: number
  readonly maxBytes: number
}

/** The bounds as numbers. Throws a TypeError that names the option that cannot be used. */
export function checkOptions(options: MemoryStoreOptions): Bounds {
  checkNames(options)
  const { onEvict } = options
  if (onEvict !== undefined && typeof onEvict !== 'function') {
    throw new TypeError('The option "onEvict" must be a function')
  }
  const { max = Infinity, maxBytes = Math.floor(getHeapStatistics().heap_size_limit / 4) } = options
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

/** Throws a TypeError for the name of no option, with the one that was probably meant. */
function checkNames(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(NAMES, name)) continue
    const meant = meantBy(name)
    throw new TypeError(`There is no option "${name}"${meant ? `. Did you mean "${meant}"?` : ''}`)
  }
}

function meantBy(name: string): string | undefined {
  if (Object.hasOwn(ELSEWHERE, name)) return ELSEWHERE[name]
  const near = Object.keys(NAMES).map(other => {
    return { other, distance: distanceOf(name.toLowerCase(), other.toLowerCase()) }
  })
  const [nearest] = near.sort((a, b) => a.distance - b.distance)
  return nearest && nearest.distance <= Math.max(2, name.length / 3) ? nearest.other : undefined
}

/** How many letters have to be added, removed or replaced. */
function distanceOf(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, replaced)
    }
    above = row
  }
  return above[b.length]!
}
