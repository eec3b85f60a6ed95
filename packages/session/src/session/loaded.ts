/**
 * A note of the form in which a session was stored. A store attaches it to what `get` returns. When `set` is given a
 * session with this note, the store updates the session and never inserts it again.
 */
export interface Loaded {
  /** The id under which it was read. */
  readonly sid: string
  /** The text as it was read, or as it was last written. */
  readonly text: string
  /** What the store keeps for that text, where it encrypts. */
  readonly stored?: string | undefined
  /** The rest of its lifetime when it was read, in milliseconds. */
  readonly ttl: number
  /** `true`: a save fails unless the store still has this text. `false`: unless it still has the session. */
  readonly compare: boolean
}

/** A registered symbol, so that two copies of this package understand each other. */
export const LOADED: unique symbol = Symbol.for('coatcheck.loaded')

/** The note on `session`, if its store attaches one. */
export function loadedOf(session: object): Loaded | undefined {
  return (session as { [LOADED]?: Loaded })[LOADED]
}

/** Attach a note to `session`, where neither JSON nor `for…in` sees it. A session of a request has a place for it. */
export function noteLoaded(session: object, loaded: Loaded | undefined): void {
  if (LOADED in session) session[LOADED] = loaded
  else Object.defineProperty(session, LOADED, { value: loaded, configurable: true, writable: true })
}

/** How a session was read, if its store notes that. */
export interface ReadNote {
  /** The JSON that it was parsed from. */
  readonly text: string
  /** Whether the read has also touched it. */
  readonly renewed: boolean
}

const NOTE: unique symbol = Symbol.for('coatcheck.read')

/** `internal`: only the engine sees this object, so the note may be enumerable, which is cheaper. */
export function noteRead(session: object, note: ReadNote, internal = false): void {
  if (internal) (session as { [NOTE]?: ReadNote })[NOTE] = note
  else Object.defineProperty(session, NOTE, { value: note, configurable: true, writable: true })
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
