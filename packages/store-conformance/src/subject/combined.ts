import type { AnyStore } from './any-store.ts'

/** Registered symbols, by which `RecordStore` tells what it does in one step, and of reads that have renewed. */
const STANDS_FOR: unique symbol = Symbol.for('coatcheck.standsFor')
const READ: unique symbol = Symbol.for('coatcheck.read')

/** Whether middleware calls this method in place of others: it says that it stands for those that the store has. */
export function isCombined(store: AnyStore, method: string): boolean {
  const others = Object.entries(store?.[method]?.[STANDS_FOR] ?? {})
  return (
    others.length > 0 && others.every(([name, other]) => store[name] !== undefined && store[name] === other)
  )
}

/** Whether the read that gave this session says that it has started its lifetime anew. */
export function isRenewed(session: object | undefined): boolean {
  return (session as { [READ]?: { renewed?: unknown } } | undefined)?.[READ]?.renewed === true
}
