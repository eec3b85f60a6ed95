import type { AnyStore } from './any-store.ts'
import { isCombined } from './combined.ts'
import type { Seen } from './context.ts'
import type { Capability, Hook } from './needs.ts'
import type { Subject } from './subject.ts'

/**
 * What this store offers: by its methods, by the subject's declarations, and by what `create` looked at. `shared` is what was
 * seen of it where the subject does not say.
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
    // A store that is no `RecordStore` may mean something else by the name.
    insert: has('_update') && has('insert'),
    renewal: isCombined(store, 'get'),
    exchange: isCombined(store, 'exchange'),
    // It extends `RecordStore`, or says that it does as that does.
    recordStore: has('_update'),
    shared: subject.shared ?? shared,
    namespaces: subject.namespaces ?? seen.has('namespace'),
    defaultTtl: subject.defaultTtl ?? (seen.has('ttlMs') || seen.has('ttlSeconds')),
    granular: (subject.granularityMs ?? 1) < 1000,
    strict: subject.consistency !== 'eventual',
  }
  return new Set((Object.keys(offered) as Capability[]).filter(name => offered[name]))
}

/** What the subject file hands over to look behind the store. `chaos` counts once `create` made use of it. */
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
