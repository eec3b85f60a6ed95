import type { AnyStore } from './subject.ts'

/** Registered symbols, by which `RecordStore` tells of reads that renew. */
const STANDS_FOR: unique symbol = Symbol.for('coatcheck.standsFor')
const READ: unique symbol = Symbol.for('coatcheck.read')

/** Whether middleware asks reads of this store to renew: its `get` says that it stands for the `touch` that the store has. */
export function renews(store: AnyStore): boolean {
  return typeof store?.touch === 'function' && store.get?.[STANDS_FOR]?.touch === store.touch
}

/** Whether the read that gave this session says that it has started its lifetime anew. */
export function isRenewed(session: object | undefined): boolean {
  return (session as { [READ]?: { renewed?: unknown } } | undefined)?.[READ]?.renewed === true
}
