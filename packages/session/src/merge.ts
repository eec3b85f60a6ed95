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

/** Make `session` what the merge has given. A value that it has kept stays the live one: a Date is still a Date. */
export function applyMerged(session: object, mine: Data, merged: Data): void {
  const live = session as Data
  for (const key of Object.keys(mine)) {
    if (!(key in merged)) delete live[key]
  }
  for (const [key, value] of Object.entries(merged)) {
    if (!sameJson(value, mine[key]) && !(key in Object.getPrototypeOf(session))) live[key] = value
  }
}

/** Equal once stored. */
function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
