export type { MongodbClient, MongodbCollection, MongodbDatabase } from './client.ts'
export { type MongodbOpenOptions, MongodbStore, type MongodbStoreOptions } from './mongodb-store.ts'
