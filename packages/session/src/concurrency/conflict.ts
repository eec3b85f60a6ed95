/** Session data without its cookie. */
export type Data = Record<string, unknown>

/**
 * What happens to a save when another request has written the session since this one read it (stores that extend `RecordStore` only):
 *
 * - `'overwrite'`: this request's data replaces the other's.
 * - `'merge'`: the top-level keys that this request has set or deleted are applied to the other's data.
 * - `'error'`: the save fails with `ERR_SESSION_CHANGED`.
 * - a function of the data as read, as this request has it and as the other has stored it: gives the data to save.
 *
 * In every mode, a session destroyed meanwhile stays destroyed.
 */
export type Conflict = 'overwrite' | 'merge' | 'error' | ConflictResolver
/** Sessions as plain data, without their cookies. */
export type ConflictResolver = (base: Data, mine: Data, theirs: Data) => Data | Promise<Data>

/** What `onConflict` is told. It has no values, since they are session data. */
export interface ConflictInfo {
  /** The top-level keys that both requests have changed. This request's values were saved, the other's are lost. */
  readonly keys: readonly string[]
}
