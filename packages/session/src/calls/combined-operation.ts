/**
 * A combined operation is a method of a store that does in one step what several of its other methods do in sequence. It is not used
 * when a subclass or an application has overridden one of those methods, because the override has to run.
 */

/** A registered symbol, so that two copies of this package understand each other. */
const COMBINED: unique symbol = Symbol.for('coatcheck.standsFor')

type Methods = Record<string, unknown>

/** Declare that `method` of this prototype combines the methods `others`. */
export function declareCombined(prototype: object, method: string, others: readonly string[]): void {
  const methods = prototype as Methods
  const value = Object.fromEntries(others.map(name => [name, methods[name]]))
  Object.defineProperty(methods[method], COMBINED, { value })
}

/** Whether `method` of this store is a combined operation, and none of the methods that it combines was overridden. */
export function isCombined(store: object, method: string): boolean {
  const methods = store as Methods
  const others = (methods[method] as { [COMBINED]?: Methods } | undefined)?.[COMBINED]
  if (others === undefined) return false
  for (const name in others) if (methods[name] !== others[name]) return false
  return true
}
