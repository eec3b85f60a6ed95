/** What the store needs of a `MongoClient`. */
export interface MongodbClient {
  /** Does nothing when it is connected. */
  connect(): Promise<unknown>
  db(name?: string): MongodbDatabase
  /** For transactions. Without it, one session is exchanged for another in two steps. */
  startSession?(): MongodbSession
}

/** What the store needs of a `ClientSession`. */
export interface MongodbSession {
  startTransaction(): void
  commitTransaction(): Promise<unknown>
  abortTransaction(): Promise<unknown>
  endSession(): Promise<unknown>
}

/** What the store needs of a `Db`. */
export interface MongodbDatabase {
  // biome-ignore lint/suspicious/noExplicitAny: documents have the driver's types
  command(command: any): Promise<any>
  collection(name: string, options?: { readPreference?: 'primary' }): MongodbCollection
}

/** What the store needs of a `Collection`. */
// biome-ignore-start lint/suspicious/noExplicitAny: filters, updates and options have the driver's types, with generics
export interface MongodbCollection {
  findOne(filter: any, options?: any): Promise<any>
  find(filter: any, options?: any): AsyncIterable<any>
  updateOne(filter: any, update: any, options?: any): Promise<{ matchedCount: number }>
  findOneAndUpdate(filter: any, update: any, options?: any): Promise<any>
  findOneAndDelete(filter: any, options?: any): Promise<any>
  deleteMany(filter: any): Promise<{ deletedCount: number }>
  countDocuments(filter: any): Promise<number>
  createIndex(keys: any, options?: any): Promise<unknown>
}
// biome-ignore-end lint/suspicious/noExplicitAny: the end of them
