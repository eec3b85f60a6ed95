export type { DynamodbClient } from './client.ts'
export { DynamodbStore } from './dynamodb-store.ts'
export type { DynamodbOpenOptions, DynamodbStoreOptions } from './options.ts'
export { SessionTooLargeError } from './session-too-large-error.ts'
