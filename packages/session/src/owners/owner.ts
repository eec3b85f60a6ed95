/** The owner of sessions, such as the id of a user. */
export type Owner = string | number | bigint

/** Where the owner of a session is: a key of the session, a path of keys such as `'user.id'`, or a function of the session. */
export type OwnerOption = string | ((session: OwnedData) => Owner | null | undefined)

/** A session as plain data. */
// biome-ignore lint/suspicious/noExplicitAny: the data is the application's
export type OwnedData = Record<string, any>

/** Finds the owner of a session; `undefined` if it has none. */
export type OwnerOf = (session: object) => string | undefined

/** Throws a TypeError that names the option. */
export function ownerReader(option: unknown): OwnerOf | undefined {
  if (option === undefined) return undefined
  if (typeof option === 'function') return session => ownerText(option(session))
  if (typeof option !== 'string' || option === '' || option.split('.').includes('')) {
    throw new TypeError(
      'The option "owner" must be a key of the session, such as "userId" or "user.id", or a function of the session',
    )
  }
  const path = option.split('.')
  return session => ownerText(valueAt(session, path))
}

/** The owner as text; `undefined` for none. Throws a TypeError for a value that could be the same for different owners. */
export function ownerText(value: unknown): string | undefined {
  if (typeof value === 'string') return value || undefined
  if (value === undefined || value === null) return undefined
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  // Such as an ObjectId of MongoDB, which is a text once the session was stored.
  const { toJSON } = value as { toJSON?: () => unknown }
  const stored = typeof toJSON === 'function' ? toJSON.call(value) : undefined
  if (typeof stored === 'string') return stored || undefined
  throw new TypeError('The owner of a session must be a string or a number: see the option "owner"')
}

function valueAt(session: object, path: readonly string[]): unknown {
  let value: unknown = session
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as OwnedData)[key]
  }
  return value
}
