/** A session in the list of its owner's sessions. */
export interface Owned {
  readonly sid: string
  readonly createdAt: unknown
  readonly touchedAt: unknown
  readonly session: Stored
}

/** A session that a store has returned. */
export interface Stored {
  cookie?: { expires?: unknown; originalMaxAge?: unknown; [field: string]: unknown }
  // biome-ignore lint/suspicious/noExplicitAny: rules look at data of any shape
  [field: string]: any
}
