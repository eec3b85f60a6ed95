import type { Cookie, CookieData } from '../cookie/cookie.ts'
import type { Codec } from '../session/codec.ts'
import type { Data } from './conflict.ts'

/**
 * Three-way merge on top-level keys: what `mine` has set or deleted since `base` is applied to `theirs`. Values are taken whole: a
 * deep merge would invent states that nobody wrote.
 */
export function merge(base: Data, mine: Data, theirs: Data, codec: Codec = JSON): Data {
  const merged: Data = { ...theirs }
  for (const key of changedKeys(base, mine, codec)) {
    if (Object.hasOwn(mine, key)) put(merged, key, mine[key])
    else delete merged[key]
  }
  return merged
}

/** The keys that both `mine` and `theirs` have changed since `base`. Two counters that both went from 1 to 2 have lost one count. */
export function contestedKeys(base: Data, mine: Data, theirs: Data, codec: Codec = JSON): string[] {
  return changedKeys(base, mine, codec).filter(key => !same(base, theirs, key, codec))
}

/** Give `session` the merged data. Values that the merge has not changed stay the live ones: a Date is still a Date. */
export function applyMerged(session: object, mine: Data, merged: Data, codec: Codec = JSON): void {
  const live = session as Data
  for (const key of Object.keys(mine)) {
    if (!Object.hasOwn(merged, key)) delete live[key]
  }
  for (const key of Object.keys(merged)) {
    if (!same(merged, mine, key, codec) && !(key in Object.getPrototypeOf(session))) live[key] = merged[key]
  }
}

const ATTRIBUTES = ['path', 'domain', 'httpOnly', 'secure', 'sameSite', 'partitioned', 'priority'] as const

/** Merge cookies: take a lifetime or an attribute that only the other request has changed. Returns whether both changed one. */
export function mergeCookie(base: CookieData, mine: Cookie, theirs: CookieData): boolean {
  let contested = false
  const takes = (key: keyof CookieData) => {
    if ((theirs[key] ?? null) === (base[key] ?? null) || theirs[key] === mine[key]) return false
    if (mine[key] === base[key]) return true
    contested = true
    return false
  }
  for (const key of ATTRIBUTES) {
    if (takes(key)) Object.assign(mine, { [key]: theirs[key] })
  }
  if (takes('originalMaxAge')) mine.maxAge = theirs.originalMaxAge
  return contested
}

function changedKeys(base: Data, changed: Data, codec: Codec): string[] {
  const keys = new Set([...Object.keys(base), ...Object.keys(changed)])
  return [...keys].filter(key => !same(base, changed, key, codec))
}

/** Whether both have the same value at `key` once stored. */
function same(a: Data, b: Data, key: string, codec: Codec): boolean {
  const present = Object.hasOwn(a, key)
  if (present !== Object.hasOwn(b, key)) return false
  return (
    !present || a[key] === b[key] || codec.stringify({ key: a[key] }) === codec.stringify({ key: b[key] })
  )
}

/** As an own property, `__proto__` included. */
function put(data: Data, key: string, value: unknown): void {
  Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true })
}
