/** The methods of a `MongoClient` that the store uses. */
export interface MongodbClient {
  /** Connects, unless it is connected already. */
  connect(): Promise<unknown>
  db(name?: string): MongodbDatabase
  /** For transactions. Without it, `exchange` takes two steps. */
  startSession?(): MongodbSession
}

/** The methods of a `ClientSession` that the store uses. */
export interface MongodbSession {
  startTransaction(): void
  commitTransaction(): Promise<unknown>
  abortTransaction(): Promise<unknown>
  endSession(): Promise<unknown>
}

/** The methods of a `Db` that the store uses. */
export interface MongodbDatabase {
  // biome-ignore lint/suspicious/noExplicitAny: documents have the driver's types
  command(command: any): Promise<any>
  collection(name: string, options?: { readPreference?: 'primary' }): MongodbCollection
}

/** The methods of a `Collection` that the store uses. */
// biome-ignore-start lint/suspicious/noExplicitAny: filters, updates and options have the driver's types, with generics
export interface MongodbCollection {
  findOne(filter: any, options?: any): Promise<any>
  find(filter: any, options?: any): AsyncIterable<any>
  updateOne(filter: any, update: any, options?: any): Promise<{ matchedCount: number }>
  /** For the writes of one tick. Without it, each is a command. */
  bulkWrite?(operations: any, options?: any): Promise<{ matchedCount: number; upsertedCount: number }>
  updateMany(filter: any, update: any, options?: any): Promise<{ matchedCount: number }>
  findOneAndUpdate(filter: any, update: any, options?: any): Promise<any>
  findOneAndDelete(filter: any, options?: any): Promise<any>
  deleteMany(filter: any): Promise<{ deletedCount: number }>
  countDocuments(filter: any): Promise<number>
  createIndex(keys: any, options?: any): Promise<unknown>
}
// biome-ignore-end lint/suspicious/noExplicitAny: the end of them
