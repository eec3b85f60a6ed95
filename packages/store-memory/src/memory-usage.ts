/** What a store holds, expired sessions that were not removed yet included. */
export interface MemoryUsage {
  /** How many sessions. */
  sessions: number
  /** How many bytes of the heap they take, about. */
  bytes: number
}
