/** Session data without its cookie. */
export type Data = Record<string, unknown>

/**
 * What a save does when another request has written the session since this one read it (stores that extend `RecordStore` only):
 *
 * - `'overwrite'`: this request's data replaces the other's.
 * - `'merge'`: the top-level keys that this request has set or deleted are applied to the other's data.
 * - `'error'`: the save fails with `ERR_SESSION_CHANGED`.
 * - a function of three states of the data: as it was read, as this request has it, and as the other request has stored it. It returns
 *   the data to save.
 *
 * In every mode, a session destroyed meanwhile stays destroyed.
 */
export type Conflict = 'overwrite' | 'merge' | 'error' | ConflictResolver
/** Sessions as plain data, without their cookies. */
export type ConflictResolver = (base: Data, mine: Data, theirs: Data) => Data | Promise<Data>

/** What `onConflict` is given. It has no values, because values are session data. */
export interface ConflictInfo {
  /** The top-level keys that both requests have changed. This request's values were saved, the other's are lost. */
  readonly keys: readonly string[]
}
