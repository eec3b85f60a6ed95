const longest = 120

/** A value in a message: short, on one line, types visible. */
export function show(value: unknown): string {
  const text = render(value, 0, [])
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text
}

function render(value: unknown, depth: number, seen: readonly unknown[]): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `function ${value.name || 'anonymous'}`
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value)
  if (seen.includes(value)) return '[circular]'
  if (depth > 4) return '…'
  return renderObject(value, depth, [...seen, value])
}

function quote(text: string): string {
  return text.length > longest
    ? `${JSON.stringify(text.slice(0, 40))}… (${text.length} characters)`
    : JSON.stringify(text)
}

function renderObject(value: object, depth: number, seen: readonly unknown[]): string {
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Date(invalid)' : `Date(${value.toISOString()})`
  if (value instanceof Error) return `${value.name}(${JSON.stringify(value.message)})`
  if (Array.isArray(value)) {
    const items = value.slice(0, 10).map(item => render(item, depth + 1, seen))
    return `[${items.join(', ')}${value.length > 10 ? `, … ${value.length} items` : ''}]`
  }
  const name = (value as { constructor?: unknown }).constructor
  const prefix = typeof name === 'function' && name !== Object ? name.name : ''
  const keys = Object.keys(value)
  if (prefix && keys.length > 24) return `${prefix}{… ${keys.length} keys}`
  const fields = keys.map(key => field(value as Record<string, unknown>, key, depth, seen))
  return `${prefix}{${fields.join(', ')}}`
}

function field(
  object: Record<string, unknown>,
  key: string,
  depth: number,
  seen: readonly unknown[],
): string {
  const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)
  const value = object[key]
  if (key === 'cookie' && depth === 0 && value instanceof Object) return `cookie: ${lifeOf(value)}`
  return `${name}: ${render(value, depth + 1, seen)}`
}

function lifeOf(cookie: { expires?: unknown; originalMaxAge?: unknown }): string {
  const { expires } = cookie
  if (expires === null || expires === undefined) return 'no expires'
  const at = expires instanceof Date ? expires.getTime() : Date.parse(String(expires))
  return Number.isNaN(at) ? `expires ${show(expires)}` : `${Math.round(at - Date.now())} ms`
}
