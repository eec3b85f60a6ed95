/**
 * A combined operation is a method of a store that does at once what other methods do one after the other. It replaces them only as long
 * as nobody has put a method of their own in the place of one of them.
 */

/** Registered, so that two copies of this package understand one another. */
const STANDS_FOR: unique symbol = Symbol.for('coatcheck.standsFor')

type Methods = Record<string, unknown>

/** Tell that the method of this prototype stands for these methods of it. */
export function declareCombined(prototype: object, method: string, others: readonly string[]): void {
  const methods = prototype as Methods
  const value = Object.fromEntries(others.map(name => [name, methods[name]]))
  Object.defineProperty(methods[method], STANDS_FOR, { value })
}

/** Whether the store has such a method, and it still stands for the others. */
export function isCombined(store: object, method: string): boolean {
  const methods = store as Methods
  const others = (methods[method] as { [STANDS_FOR]?: Methods } | undefined)?.[STANDS_FOR]
  return others !== undefined && Object.entries(others).every(([name, other]) => methods[name] === other)
}
