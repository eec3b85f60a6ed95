import type { MongodbCollection } from './client.ts'

/**
 * Have MongoDB delete what has expired: the index of connect-mongo. Where it cannot be made, as beside another index or without
 * the right to, a warning says so, and the store deletes alone. A server that is not there is a failure.
 */
export async function makeTtlIndex(collection: MongodbCollection, name: string): Promise<void> {
  try {
    await collection.createIndex({ expires: 1 }, { expireAfterSeconds: 0 })
  } catch (error) {
    const { code, codeName, message } = error as { code?: unknown; codeName?: string; message?: string }
    if (typeof code !== 'number') throw error
    process.emitWarning(
      `MongoDB refused an index that deletes expired sessions of the collection "${name}" (${codeName ?? code}: ${message}): the store deletes them itself, every pruneInterval; the option "ttlIndex: false" asks for no index`,
    )
  }
}
