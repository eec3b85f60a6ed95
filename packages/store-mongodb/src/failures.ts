import { SessionError } from '@coatcheck/session'
import type { MongodbCollection } from './client.ts'

/**
 * The driver's errors of a server that cannot be found, reached or asked. Those of a client that the app has closed are not among
 * them: that does not pass by itself.
 */
const AWAY_NAMES =
  /^(MongoServerSelectionError|MongoNetworkError|MongoNetworkTimeoutError|MongoStalePrimaryError|MongoPoolClearedError|PoolClearedOnNetworkError|MongoWaitQueueTimeoutError|MongoOperationTimeoutError|MongoUnexpectedServerResponseError)$/

/**
 * The server's codes for "not now": it is no primary, it stops, it is overloaded, it cannot reach the others, it has ended what took
 * too long, or the members that the write concern asks for have not answered in time.
 */
const AWAY_CODES = new Set([
  6, 7, 50, 64, 89, 91, 189, 262, 462, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
])

/** Whether the failure means that the database is away, and not that it refused what it was asked for. */
function isAway(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  if (typeof code === 'number') return AWAY_CODES.has(code)
  return typeof name === 'string' && AWAY_NAMES.test(name)
}

/** Whether a server has answered that it does not do this. Its connection can be used after that. */
export function isRefusal(error: unknown): boolean {
  return typeof (error as { code?: unknown } | null)?.code === 'number'
}

/** Whether there is a document of this `_id`. An app may have indexes of its own that want something else to be unique. */
export function isTaken(error: unknown): boolean {
  const { code, keyPattern } = error as { code?: unknown; keyPattern?: object }
  return code === 11000 && (keyPattern === undefined || '_id' in keyPattern)
}

/** The same promise, whose failure is `ERR_SESSION_STORE_UNAVAILABLE` when the database is away. */
export function told<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw toldToCaller(error)
  })
}

/** The same collection, whose failures are told as the callers of the store get them. */
export function telling(collection: MongodbCollection): MongodbCollection {
  return {
    findOne: (...given) => told(collection.findOne(...given)),
    find: (...given) => tellingEach(collection.find(...given)),
    updateOne: (...given) => told(collection.updateOne(...given)),
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

/** What the caller of the store gets in place of a driver's error. */
export function toldToCaller(error: unknown): unknown {
  withoutData(error)
  if (!isAway(error)) return error
  const { message, name } = error as Error
  const text = `MongoDB is not available: ${message || name}`
  return new SessionError('ERR_SESSION_STORE_UNAVAILABLE', text, { cause: error })
}

/** Where the server quotes values: session ids, or the data of a session. */
const QUOTING = ['keyValue', 'errInfo', 'result', 'writeErrors'] as const

/** Values, or a whole command, at the end of a message. */
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
