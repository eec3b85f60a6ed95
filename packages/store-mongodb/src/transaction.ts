import { setTimeout as sleep } from 'node:timers/promises'
import type { MongodbClient, MongodbSession } from './client.ts'
import { isRefusal } from './failures.ts'

/** MongoDB's codes for a server without transactions, a command that no transaction may have, and an unknown command or field. */
const NONE = new Set([20, 59, 115, 263])

/** How often a transaction is tried when others conflict with it, and when its server has gone. */
const DISTURBED = 20
const GONE = 2

/** Runs `work` in one transaction and returns its result, or `undefined` if the server has no transactions. */
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
    // A failure here changes nothing: the transaction is committed, and the server ends the session by itself.
    await ended(session)
  }
}

async function ended(session: MongodbSession): Promise<void> {
  try {
    await session.endSession()
  } catch {
    // A failure here changes nothing.
  }
}

async function once<T>(session: MongodbSession, work: (session: MongodbSession) => Promise<T>): Promise<T> {
  session.startTransaction()
  let result: T
  try {
    result = await work(session)
  } catch (error) {
    // The first failure is thrown already. The server ends the transaction by itself.
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
