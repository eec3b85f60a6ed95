import type { Subject } from '../../src/index.ts'
import type { ReferenceStore } from '../mutants/reference.ts'
import type { StoreClass } from '../mutants/reference-subject.ts'

/** What makes one store out of another. */
export type Change = (Base: typeof ReferenceStore) => StoreClass

/** A legal peculiarity of a sound store. */
export interface Manner {
  readonly name: string
  readonly apply: Change
  readonly subject?: Partial<Subject>
}

/** The store as it is. */
export const same: Change = Base => class extends Base {}
