/** An operation with tracing channels: `tracingChannel('coatcheck:load')` and so on. */
export type SessionOperation = 'load' | 'save' | 'touch' | 'destroy' | 'regenerate' | 'update'

/** What a trace tells of a failure. It has no message, because the message of a driver may contain ids and data. */
export interface TracedFailure {
  readonly name: string
  readonly code: string | undefined
}

/**
 * The message of the tracing channels. The same object is published at the start and at the end, so that you can keep a time or a span
 * for it, for example in a `WeakMap`.
 *
 * In all messages, `session` is a reference: a hash of the session's id with a key that this process has made at random. It is the same
 * in all messages of one process on one session. No id can be found from it.
 */
export interface SessionTrace {
  readonly operation: SessionOperation
  readonly session: string
  /** At the end: whether the session was there. `undefined` if the store does not tell, or the operation has failed. */
  present: boolean | undefined
  /** At the end of a load: whether the read has also extended the session, so that the request needs no touch. */
  touched: boolean | undefined
  /** At the end: why the operation has failed. */
  error: TracedFailure | undefined
}

/** `coatcheck:created`: a session was stored for the first time under its id. */
export interface SessionCreated {
  readonly session: string
}

/** `coatcheck:renewed`: a stored session got a new id, with `regenerate()`. */
export interface SessionRenewed {
  readonly session: string
  /** The reference of the old id. */
  readonly previous: string
}

/** `coatcheck:destroyed`: a request has ended a stored session. */
export interface SessionDestroyed {
  readonly session: string
  /** `'replaced'`: the session has a new id, and `coatcheck:renewed` tells which. */
  readonly reason: 'destroyed' | 'replaced'
}

/** `coatcheck:expired`: this process has removed expired sessions. Databases that remove them by themselves do not tell. */
export interface SessionExpired {
  readonly count: number
  /** Set when `count` is 1 and the id is known. */
  readonly session: string | undefined
}

/** `coatcheck:rejected`: a request came with a session cookie that is not accepted. */
export interface SessionRejected {
  /**
   * - `'malformed'`: the cookie's value does not have the form of a signed id.
   * - `'signature'`: no secret has signed it.
   * - `'unknown'`: it is signed, but the store has no session: that has ended or expired.
   */
  readonly reason: 'malformed' | 'signature' | 'unknown'
  /** Set when the reason is `'unknown'`. */
  readonly session: string | undefined
}

/** `coatcheck:conflict`: a save met changes of other requests. */
export interface SessionConflict {
  readonly session: string
  /** How often the save was tried again. */
  readonly retries: number
  /** How many top-level keys both requests have changed. */
  readonly keys: number
  /** Whether the session was saved in the end. */
  readonly saved: boolean
}

/** `coatcheck:revival-refused`: a request wanted to write a session that has ended meanwhile. The session stays ended. */
export interface SessionRevivalRefused {
  readonly session: string
  readonly operation: 'save' | 'touch' | 'regenerate'
}

/** `coatcheck:owner-limit`: a login has met the option `maxPerOwner`. */
export interface SessionOwnerLimit {
  /** The session of the login. */
  readonly session: string
  /** `'ended'`: older sessions of the owner were ended. `'refused'`: the login was. */
  readonly outcome: 'ended' | 'refused'
  /** How many sessions were ended, the refused one included. */
  readonly count: number
}

/** `coatcheck:corrupt`: a stored session cannot be decoded. */
export interface SessionCorrupt {
  readonly session: string
}

/** The messages of the channels by their names, for `subscribe` of `node:diagnostics_channel`. */
export interface SessionEvents {
  'coatcheck:created': SessionCreated
  'coatcheck:renewed': SessionRenewed
  'coatcheck:destroyed': SessionDestroyed
  'coatcheck:expired': SessionExpired
  'coatcheck:rejected': SessionRejected
  'coatcheck:conflict': SessionConflict
  'coatcheck:revival-refused': SessionRevivalRefused
  'coatcheck:owner-limit': SessionOwnerLimit
  'coatcheck:corrupt': SessionCorrupt
}
