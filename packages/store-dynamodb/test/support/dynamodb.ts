import { randomBytes } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type DynamodbOpenOptions, DynamodbStore, type DynamodbStoreOptions } from '@coatcheck/store-dynamodb'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { type Dynamodb, startDynamodb } from './server.ts'

export { sessionOf } from '../../../session/test/support/session-of.ts'

/** What the SDK finds in the environment. */
export const CREDENTIALS = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'secret of tests',
}

/** On a busy machine a process waits for its turn longer than the server takes to answer. */
const timeout = 60_000

/** The server of a test file, and what uses it. Each client, table and store is gone when its test ends. */
export interface Place {
  readonly server: Dynamodb
  openClient(): DynamoDBClient
  /** The name of a table that nobody else uses. */
  newTable(): string
  openStore(options?: DynamodbOpenOptions): DynamodbStore
  storeOn(options?: Omit<DynamodbStoreOptions, 'client'>): DynamodbStore
}

/** Start a server for the tests of this file. */
export function useDynamodb(options?: { more?: boolean }): Place {
  let server: Dynamodb
  Object.assign(process.env, CREDENTIALS)
  beforeAll(async () => {
    server = await startDynamodb(options)
  })
  afterAll(() => server.close())

  const place: Place = {
    get server() {
      return server
    },
    openClient() {
      const client = new DynamoDBClient({ endpoint: server.url })
      onTestFinished(() => client.destroy())
      return client
    },
    newTable: () => `test-${randomBytes(6).toString('hex')}`,
    openStore(options = {}) {
      const store = DynamodbStore.open({ endpoint: server.url, table: place.newTable(), timeout, ...options })
      onTestFinished(() => store.close())
      return store
    },
    storeOn(options = {}) {
      const store = new DynamodbStore({
        table: place.newTable(),
        timeout,
        ...options,
        client: place.openClient(),
      })
      onTestFinished(() => store.close())
      return store
    },
  }
  return place
}
