import type { ReferenceStore } from './reference.ts'

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
    override sessionsOf = absent
    override countOf = absent
    override destroyAllOf = absent
    override async _set(sid: string, session: object) {
      await this.client.write(this.key(sid), this.row(session))
    }
    override _update = absent
  }
}
