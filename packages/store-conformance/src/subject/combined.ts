import type { AnyStore } from './any-store.ts'

/** Registered symbols with which `RecordStore` declares combined operations, and marks reads that have touched. */
const STANDS_FOR: unique symbol = Symbol.for('coatcheck.standsFor')
const READ: unique symbol = Symbol.for('coatcheck.read')

/** Whether middleware calls this method instead of others: it is declared as a combined operation of methods that the store has. */
export function isCombined(store: AnyStore, method: string): boolean {
  const others = Object.entries(store?.[method]?.[STANDS_FOR] ?? {})
  return (
    others.length > 0 && others.every(([name, other]) => store[name] !== undefined && store[name] === other)
  )
}

/** Whether the read that returned this session has also touched it. */
export function isRenewed(session: object | undefined): boolean {
  return (session as { [READ]?: { renewed?: unknown } } | undefined)?.[READ]?.renewed === true
}
