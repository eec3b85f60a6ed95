import { setTimeout as sleep } from 'node:timers/promises'
import type { MongodbClient, MongodbSession } from './client.ts'
import { isRefusal } from './failures.ts'

/** MongoDB's codes for: no transactions on this server, not this command in one, unknown command or field. */
const NONE = new Set([20, 59, 115, 263])

/** How often a transaction is tried that others have disturbed, and one whose server has gone. */
const DISTURBED = 20
const GONE = 2

/** Does `work` in one transaction and gives what it gives, or `undefined` where the server has no transactions. */
export async function inTransaction<T>(
  client: MongodbClient,
  work: (session: MongodbSession) => Promise<T>,
): Promise<T | undefined> {
  const session = client.startSession?.()
  if (!session) return undefined
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(session, work)
      } catch (error) {
        if (NONE.has((error as { code: number }).code)) return undefined
        if (!isTransient(error) || attempt >= (isRefusal(error) ? DISTURBED : GONE)) throw error
        await sleep(Math.random() * 5 * attempt)
      }
    }
  } finally {
    // What was committed is committed, and the server ends a session by itself.
    await ended(session)
  }
}

async function ended(session: MongodbSession): Promise<void> {
  try {
    await session.endSession()
  } catch {
    // Nothing depends on it.
  }
}

async function once<T>(session: MongodbSession, work: (session: MongodbSession) => Promise<T>): Promise<T> {
  session.startTransaction()
  let result: T
  try {
    result = await work(session)
  } catch (error) {
    // The failure is told already; a transaction that is not ended here ends by itself.
    await session.abortTransaction().catch(() => {})
    throw error
  }
  await session.commitTransaction()
  return result
}

function isTransient(error: unknown): boolean {
  const { hasErrorLabel } = error as { hasErrorLabel?: (label: string) => boolean }
  return hasErrorLabel?.call(error, 'TransientTransactionError') ?? false
}
