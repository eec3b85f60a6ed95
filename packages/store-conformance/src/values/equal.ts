/**
 * Deep equality of data and types: a Date does not equal its text, and an array does not equal an object with the same keys.
 * Prototypes of plain objects do not count, because a store may return a session as an instance of any class.
 */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (tag(a) !== tag(b)) return false
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime())
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every(key => Object.hasOwn(b, key) && equal(get(a, key), get(b, key)))
}

function tag(value: object): string {
  return Array.isArray(value) ? 'Array' : Object.prototype.toString.call(value)
}

function get(object: object, key: string): unknown {
  return (object as Record<string, unknown>)[key]
}
