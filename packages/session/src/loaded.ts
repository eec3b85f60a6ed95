/**
 * What a session that was read from a store remembers of its stored form. A store puts it on what `get` returns and
 * looks for it in what `set` is given: a session that carries it is updated, never inserted again.
 */
export interface Loaded {
  /** The id under which it was read. */
  readonly sid: string
  /** The stored text as it was read, or as it was last written. */
  readonly text: string
  /** Lifetime that was left when it was read, in milliseconds. */
  readonly ttl: number
  /** Whether a save must find this text still in place (`true`), or only the session (`false`). */
  readonly compare: boolean
}

/** Registered, so that two copies of this package understand one another. */
export const LOADED: unique symbol = Symbol.for('coatcheck.loaded')

/** The stored form that `session` carries, if it was read from a store that tells. */
export function loadedOf(session: object): Loaded | undefined {
  return (session as { [LOADED]?: Loaded })[LOADED]
}

/** Note the stored form on `session`, where neither JSON nor `for…in` sees it. */
export function noteLoaded(session: object, loaded: Loaded | undefined): void {
  Object.defineProperty(session, LOADED, { value: loaded, configurable: true, writable: true })
}

const TEXT: unique symbol = Symbol.for('coatcheck.text')

/** Note the JSON that `session` was parsed from, until something is made of it. */
export function noteText(session: object, text: string): void {
  Object.defineProperty(session, TEXT, { value: text, configurable: true, writable: true })
}

/** The JSON that `session` was parsed from, by a store that tells. */
export function textOf(session: object): string | undefined {
  return (session as { [TEXT]?: string })[TEXT]
}
