/** How many proofs of one session may be wrong in the time below. */
const WRONG = 10

/** Milliseconds. */
const WINDOW = 60_000

/** Sessions that are counted at most. */
const LIMIT = 10_000

const counts = new Map<string, { count: number; until: number }>()

/** Seconds after which this session may try again, if too many of its proofs were wrong. Each process counts for itself. */
export function retryAfter(sid: string): number | undefined {
  const known = counts.get(sid)
  const left = known && known.count >= WRONG ? known.until - Date.now() : 0
  return left > 0 ? Math.ceil(left / 1000) : undefined
}

/** Count a wrong proof of this session. */
export function countWrong(sid: string): void {
  const now = Date.now()
  const known = counts.get(sid)
  if (known && known.until > now) {
    known.count++
    return
  }
  counts.delete(sid)
  counts.set(sid, { count: 1, until: now + WINDOW })
  if (counts.size > LIMIT) counts.delete(counts.keys().next().value as string)
}
