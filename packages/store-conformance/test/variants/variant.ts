import type { Subject } from '../../src/index.ts'
import { ReferenceStore } from '../mutants/reference.ts'
import { type StoreClass, subjectOf } from '../mutants/reference-subject.ts'

/** A sound store that does something in another way than the reference, as it may. */
export interface Variant {
  readonly name: string
  /** The advice that it does not follow; no other rule may complain. */
  readonly warns: readonly string[]
  /** The rules on what is different in it, where a run of all of them would take long. */
  readonly only?: readonly string[]
  /** A new subject, with a database of its own. */
  subject(): Subject
}

interface Details extends Partial<Subject> {
  warns?: readonly string[]
  only?: readonly string[]
}

/** Declares a variant: `change` gets the reference store and gives a class that is as sound. */
export function variant(
  name: string,
  change: (Base: typeof ReferenceStore) => StoreClass,
  { warns = [], only, ...subject }: Details = {},
): Variant {
  return {
    name,
    warns,
    ...(only ? { only } : {}),
    subject: () => subjectOf(change(ReferenceStore), { name, ...subject }),
  }
}
