import { SessionError } from '@coatcheck/session'
import type { MongodbCollection } from './client.ts'

/**
 * The driver's errors when a server cannot be found or reached. Errors of a client that the app has closed are not among them, because
 * they do not pass by themselves.
 */
const AWAY_NAMES =
  /^(MongoServerSelectionError|MongoNetworkError|MongoNetworkTimeoutError|MongoStalePrimaryError|MongoPoolClearedError|PoolClearedOnNetworkError|MongoWaitQueueTimeoutError|MongoOperationTimeoutError|MongoUnexpectedServerResponseError)$/

/**
 * The server's codes for temporary failures: it is not the primary, it stops, it is overloaded, it cannot reach the others, it has ended
 * a command that took too long, or the members of the write concern have not answered in time.
 */
const AWAY_CODES = new Set([
  6, 7, 50, 64, 89, 91, 189, 262, 462, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
])

/** Whether the failure means that the database is unavailable, and not that it refused the command. */
export function isAway(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  if (typeof code === 'number') return AWAY_CODES.has(code)
  return typeof name === 'string' && AWAY_NAMES.test(name)
}

/** Whether a server has refused the command. Its connection can still be used. */
export function isRefusal(error: unknown): boolean {
  return typeof (error as { code?: unknown } | null)?.code === 'number'
}

/** Whether a document with this `_id` exists already. Other unique indexes of an app cause the same code. */
export function isTaken(error: unknown): boolean {
  const { code, keyPattern } = error as { code?: unknown; keyPattern?: object }
  return code === 11000 && (keyPattern === undefined || '_id' in keyPattern)
}

/** The same promise, but it rejects with `ERR_SESSION_STORE_UNAVAILABLE` when the database is unavailable. */
export function told<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw toldToCaller(error)
  })
}

/** The same collection, but its methods throw the errors for callers of the store. */
export function telling(collection: MongodbCollection): MongodbCollection {
  return {
    findOne: (...given) => told(collection.findOne(...given)),
    find: (...given) => tellingEach(collection.find(...given)),
    updateOne: (...given) => told(collection.updateOne(...given)),
    updateMany: (...given) => told(collection.updateMany(...given)),
    findOneAndUpdate: (...given) => told(collection.findOneAndUpdate(...given)),
    findOneAndDelete: (...given) => told(collection.findOneAndDelete(...given)),
    deleteMany: (...given) => told(collection.deleteMany(...given)),
    countDocuments: (...given) => told(collection.countDocuments(...given)),
    createIndex: (...given) => told(collection.createIndex(...given)),
  }
}

async function* tellingEach<T>(found: AsyncIterable<T>): AsyncGenerator<T, void, void> {
  try {
    yield* found
  } catch (error) {
    throw toldToCaller(error)
  }
}

/** The error for the caller of the store. */
export function toldToCaller(given: unknown): unknown {
  const error = originalOf(given)
  withoutData(error)
  if (!isAway(error)) return error
  const { message, name } = error as Error
  const text = `MongoDB is not available: ${message || name}`
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', text, { cause: error })
}

/** `bulkWrite` rejects with an error of its own around that of a command that failed as a whole. */
function originalOf(error: unknown): unknown {
  const { errorResponse } = (error ?? {}) as { errorResponse?: unknown }
  return errorResponse instanceof Error ? errorResponse : error
}

/** Properties in which the server quotes values: session ids, or the data of a session. */
const QUOTING = ['keyValue', 'errInfo', 'result', 'writeErrors'] as const

/** Values, or a whole command, that are quoted at the end of a message. */
const QUOTED = /:?\s+[{"'][\s\S]*$/

function withoutData(error: unknown): void {
  if (!isRefusal(error)) return
  const told = error as Error & { errorResponse?: object }
  for (const property of QUOTING) delete (told as unknown as Record<string, unknown>)[property]
  const { message } = told
  const short = message.replace(QUOTED, '') || 'the server has refused the command'
  if (told.errorResponse) told.errorResponse = { errmsg: short }
  if (short === message) return
  const stack = told.stack?.replace(message, () => short)
  told.message = short
  if (stack !== undefined) told.stack = stack
}
