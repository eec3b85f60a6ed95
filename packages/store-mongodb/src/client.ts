/** What the store needs of a `MongoClient`. */
export interface MongodbClient {
  /** Does nothing when it is connected. */
  connect(): Promise<unknown>
  db(name?: string): MongodbDatabase
}

export interface MongodbDatabase {
  // biome-ignore lint/suspicious/noExplicitAny: documents have the driver's types
  command(command: any): Promise<any>
  collection(name: string, options?: { readPreference?: 'primary' }): MongodbCollection
}

// biome-ignore-start lint/suspicious/noExplicitAny: filters, updates and options have the driver's types, with generics
export interface MongodbCollection {
  findOne(filter: any, options?: any): Promise<any>
  find(filter: any, options?: any): AsyncIterable<any>
  updateOne(filter: any, update: any, options?: any): Promise<{ matchedCount: number }>
  findOneAndUpdate(filter: any, update: any, options?: any): Promise<any>
  findOneAndDelete(filter: any): Promise<any>
  deleteMany(filter: any): Promise<{ deletedCount: number }>
  countDocuments(filter: any): Promise<number>
  createIndex(keys: any, options?: any): Promise<unknown>
}
// biome-ignore-end lint/suspicious/noExplicitAny: the end of them
