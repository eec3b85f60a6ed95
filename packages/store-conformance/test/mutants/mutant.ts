import type { Subject } from '../../src/index.ts'
import { ReferenceStore } from './reference.ts'
import { type StoreClass, subjectOf } from './reference-subject.ts'

/** A store with one defect, and the rule that must notice it. */
export interface Mutant {
  readonly name: string
  /** The rule that must fail, for instance `TCH-03`. */
  readonly rule: string
  /** What its message must say. */
  readonly message: RegExp
  /** A new subject, with a database of its own. */
  subject(): Subject
}

/** Declares a mutant: `change` gets the reference store and gives a class with one defect. */
export function mutant(
  name: string,
  rule: string,
  message: RegExp,
  change: (Base: typeof ReferenceStore) => StoreClass,
  subject: Partial<Subject> = {},
): Mutant {
  return { name, rule, message, subject: () => subjectOf(change(ReferenceStore), { name, ...subject }) }
}
