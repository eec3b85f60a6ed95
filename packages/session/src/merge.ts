import type { Data } from './options.ts'

/**
 * Three-way merge on top-level keys: what `mine` has set or deleted since `base` is applied to `theirs`. Values are taken whole: a
 * deep merge would invent states that nobody wrote.
 */
export function merge(base: Data, mine: Data, theirs: Data): Data {
  const merged: Data = { ...theirs }
  for (const key of new Set([...Object.keys(base), ...Object.keys(mine)])) {
    if (sameJson(base[key], mine[key])) continue
    if (key in mine) merged[key] = mine[key]
    else delete merged[key]
  }
  return merged
}

/** Equal once stored. */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
