/** What a store holds, including expired sessions that were not removed yet. */
export interface MemoryUsage {
  /** How many sessions. */
  sessions: number
  /** About how many bytes of the heap they take. */
  bytes: number
}
