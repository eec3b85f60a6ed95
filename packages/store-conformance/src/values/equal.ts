/**
 * Deep equality of data, with types compared: a Date is not its text, an array not an object with the same keys.
 * Prototypes of plain objects do not count, since a session may come back as an instance of any class.
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
