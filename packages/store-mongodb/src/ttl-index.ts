import type { MongodbCollection } from './client.ts'

/**
 * Create the index by which MongoDB deletes expired sessions, as connect-mongo does. If the server refuses it, because of another index or a
 * missing right, a warning says so, and only the store deletes. If the server is unavailable, this throws.
 */
export async function makeTtlIndex(collection: MongodbCollection, name: string): Promise<void> {
  try {
    await collection.createIndex({ expires: 1 }, { expireAfterSeconds: 0 })
  } catch (error) {
    const { code, codeName, message } = error as { code?: unknown; codeName?: string; message?: string }
    if (typeof code !== 'number') throw error
    process.emitWarning(
      `MongoDB refused an index that deletes expired sessions of the collection "${name}" (${codeName ?? code}: ${message}). The store itself deletes them, every pruneInterval. With the option "ttlIndex: false" it creates no index`,
    )
  }
}

/** Create the index by which the sessions of an owner are found. It has only documents with an owner. */
export async function makeOwnerIndex(collection: MongodbCollection): Promise<void> {
  await collection.createIndex({ owner: 1 }, { sparse: true })
}
