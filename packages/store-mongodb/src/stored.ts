/** The latest expiry. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** The stored form of a session. */
export interface Stored {
  _id: string
  session: unknown
  expires?: unknown
}

/** The fields of a record. */
export const RECORD: object = { session: 1, expires: 1 }

/** A filter for live sessions, including those without an expiry. */
export function liveAt(now: number): object {
  return { expires: { $not: { $lte: dateOf(now) } } }
}

export function dateOf(ms: number): Date {
  return new Date(Math.min(Math.ceil(ms), LAST))
}

/** All documents of a cursor. */
export async function allOf<T>(found: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of found) all.push(one)
  return all
}
