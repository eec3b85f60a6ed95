import type { AnyStore } from './any-store.ts'
import { isCombined } from './combined.ts'
import type { Seen } from './context.ts'
import type { Capability, Hook } from './needs.ts'
import type { Subject } from './subject.ts'

/**
 * What this store offers, according to its methods, the declarations of the subject, and the parts of the context that `create` has read.
 * `shared` is measured if the subject does not declare it.
 */
export function capabilitiesOf(
  subject: Subject,
  store: AnyStore,
  seen: Seen,
  shared: boolean,
): Set<Capability> {
  const has = (method: string): boolean => typeof store?.[method] === 'function'
  const offered: Record<Capability, boolean> = {
    callbacks: subject.style !== 'promise',
    touch: has('touch'),
    all: has('all'),
    length: has('length'),
    clear: has('clear'),
    close: has('close'),
    events: has('on'),
    entries: has('entries'),
    prune: has('prune'),
    conditional: has('_update') || subject.conditional !== undefined,
    // A store that does not extend `RecordStore` may use the same name for something else.
    insert: has('_update') && has('insert'),
    renewal: isCombined(store, 'get'),
    exchange: isCombined(store, 'exchange'),
    owners:
      (subject.owners ?? seen.has('owner')) && has('sessionsOf') && has('countOf') && has('destroyAllOf'),
    // The store extends `RecordStore`, or declares that it behaves like it.
    recordStore: has('_update'),
    shared: subject.shared ?? shared,
    namespaces: subject.namespaces ?? seen.has('namespace'),
    defaultTtl: subject.defaultTtl ?? (seen.has('ttlMs') || seen.has('ttlSeconds')),
    granular: (subject.granularityMs ?? 1) < 1000,
    strict: subject.consistency !== 'eventual',
  }
  return new Set((Object.keys(offered) as Capability[]).filter(name => offered[name]))
}

/** The hooks of the subject file. `chaos` counts if `create` has used it. */
export function hooksOf(subject: Subject, chaos: boolean): Set<Hook> {
  const backend = subject.backend ?? {}
  const given: Record<Hook, boolean> = {
    chaos,
    down: chaos || backend.down !== undefined,
    hang: chaos || (backend.hang !== undefined && backend.up !== undefined),
    putRaw: backend.putRaw !== undefined,
    rows: backend.rows !== undefined,
    sweep: backend.sweep !== undefined,
    age: backend.age !== undefined,
    lock: backend.lock !== undefined && backend.up !== undefined,
    deadline: subject.deadlineMs !== undefined,
  }
  return new Set((Object.keys(given) as Hook[]).filter(name => given[name]))
}
