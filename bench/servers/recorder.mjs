/** Methods that return another part of the client, whose calls are recorded too. */
const PARTS = new Set(['prepare', 'db', 'collection'])

/**
 * Wraps a client and records its calls in `log`. `again(from, to)` of an entry repeats the call for another session id.
 * So the bare driver makes the calls that the store makes for an operation that is alone.
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
