/** A stored session. `ttl` is what is left of its life, in milliseconds by the clock of the database. */
export interface StoredRecord {
  data: string
  ttl: number
}

/** A stored session with its id. */
export interface StoredEntry extends StoredRecord {
  sid: string
}

/** `'changed'`: the data is no longer what was expected. `'missing'`: destroyed or expired. Neither wrote anything. */
export type UpdateResult = 'updated' | 'changed' | 'missing'
