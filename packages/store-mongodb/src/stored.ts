import type { MongodbCollection } from './client.ts'

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

/** How many documents a page has. */
const PAGE = 500

/** The live documents in the order of their ids, page by page, with the time at which each page was read. */
export async function* pagesOf(
  collection: MongodbCollection,
  now: () => number,
): AsyncGenerator<{ page: Stored[]; read: number }, void, void> {
  let after: string | undefined
  for (;;) {
    const read = now()
    const filter = { _id: after === undefined ? { $gte: '' } : { $gt: after }, ...liveAt(read) }
    const options = { projection: RECORD, sort: { _id: 1 }, limit: PAGE, batchSize: PAGE + 1 }
    const page = await allOf<Stored>(collection.find(filter, options))
    yield { page, read }
    if (page.length < PAGE) return
    after = page[page.length - 1]!._id
  }
}

/** Delete at most `limit` expired documents. Returns how many were deleted. */
export async function prune(collection: MongodbCollection, now: number, limit: number): Promise<number> {
  const over = { expires: { $lte: dateOf(now) } }
  const options = { projection: { _id: 1 }, limit, batchSize: limit + 1 }
  const ids = (await allOf<Stored>(collection.find(over, options))).map(({ _id }) => _id)
  if (ids.length === 0) return 0
  return (await collection.deleteMany({ _id: { $in: ids }, ...over })).deletedCount
}

/** All documents of a cursor. */
export async function allOf<T>(found: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of found) all.push(one)
  return all
}
