import type { Subject } from '../../src/index.ts'
import { ReferenceStore } from '../mutants/reference.ts'
import { type StoreClass, subjectOf } from '../mutants/reference-subject.ts'

/** A broken store that looks sound in ordinary use, and the rules of which one must notice it. */
export interface Devious {
  readonly name: string
  readonly rules: readonly string[]
  /** A new subject, with a database of its own. */
  subject(): Subject
}

/** Declares such a store: `change` gets the reference store and gives a class that goes wrong in a far corner only. */
export function devious(
  name: string,
  rules: readonly string[],
  change: (Base: typeof ReferenceStore) => StoreClass,
): Devious {
  return { name, rules, subject: () => subjectOf(change(ReferenceStore), { name }) }
}
