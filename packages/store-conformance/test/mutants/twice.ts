import { type Mutant, mutant } from './mutant.ts'
import type { ReferenceStore } from './reference.ts'
import type { StoreClass } from './reference-subject.ts'

/** Each defect twice: in a store measured in milliseconds, and in one that may round to seconds. */
export function twice(
  name: string,
  rule: string,
  message: RegExp,
  change: (Base: typeof ReferenceStore) => StoreClass,
): Mutant[] {
  return [
    mutant(name, rule, message, change),
    mutant(`${name}InSeconds`, rule, message, change, { granularityMs: 1000 }),
  ]
}
