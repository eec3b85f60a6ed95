export type { MongodbClient, MongodbCollection, MongodbDatabase, MongodbSession } from './client.ts'
export { MongodbStore } from './mongodb-store.ts'
export type { MongodbOpenOptions, MongodbStoreOptions } from './mongodb-store-options.ts'
