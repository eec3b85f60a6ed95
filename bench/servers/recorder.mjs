/** Calls that give another part of the client, whose calls count. */
const PARTS = new Set(['prepare', 'db', 'collection'])

/**
 * A client that notes in `log` what is called on it: `again(from, to)` of an entry makes the same call for another session id.
 * This is how the bare driver does exactly what the store does, whatever that is today.
 */
export function recording(client, log) {
  return new Proxy(client, {
    get(target, name) {
      const method = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return (...args) => {
        const result = method.apply(target, args)
        if (PARTS.has(name)) return recording(result, log)
        log.push({
          again: (from, to) =>
            method.apply(
              target,
              args.map(arg => replaced(arg, from, to)),
            ),
        })
        return result
      }
    },
  })
}

function replaced(value, from, to) {
  if (typeof value === 'string') return value.includes(from) ? value.replace(from, to) : value
  if (Array.isArray(value)) return value.map(inner => replaced(inner, from, to))
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, from, to)]))
}
