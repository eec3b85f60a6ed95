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

const absent = undefined as never

/** The same with `get`, `set`, `destroy` and `touch` alone: no list can tell what is missing. */
export function bare(Base: typeof ReferenceStore): typeof ReferenceStore {
  return class extends Base {
    override all = absent
    override length = absent
    override clear = absent
    override prune = absent
    override close = absent
    override entries = absent
    override ids = absent
    override insert = absent
    override exchange = absent
    override async _set(sid: string, session: object) {
      await this.client.write(this.key(sid), this.row(session))
    }
    override _update = absent
  }
}
