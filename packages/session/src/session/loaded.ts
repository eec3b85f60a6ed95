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

/** How a session was read, by a store that tells. */
export interface ReadNote {
  /** The JSON that it was parsed from, until something is made of it. */
  readonly text: string
  /** Whether the read has started its lifetime anew. */
  readonly renewed: boolean
}

const NOTE: unique symbol = Symbol.for('coatcheck.read')

export function noteRead(session: object, note: ReadNote): void {
  Object.defineProperty(session, NOTE, { value: note, configurable: true, writable: true })
}

export function noteOf(session: object): ReadNote | undefined {
  return (session as { [NOTE]?: ReadNote })[NOTE]
}

const BARE: unique symbol = Symbol.for('coatcheck.bare')

/** Note that `session` was stored without a cookie. */
export function noteBare<S extends object>(session: S): S {
  Object.defineProperty(session, BARE, { value: true })
  return session
}

/** Whether the session was stored without a cookie: the middleware gives it one. */
export function isBare(session: object): boolean {
  return BARE in session
}
