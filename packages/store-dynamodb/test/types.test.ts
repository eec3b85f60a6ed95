import type { DynamoDB, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { RecordStore, Store } from '@coatcheck/session'
import {
  type DynamodbClient,
  type DynamodbOpenOptions,
  DynamodbStore,
  type DynamodbStoreOptions,
} from '@coatcheck/store-dynamodb'
import { expectTypeOf, it } from 'vitest'

it('types: clients of the SDK are clients', () => {
  expectTypeOf<DynamoDBClient>().toExtend<DynamodbClient>()
  expectTypeOf<DynamoDB>().toExtend<DynamodbClient>()
  expectTypeOf<string>().not.toExtend<DynamodbClient>()
})

it('types: the store is a store of the family', () => {
  expectTypeOf<DynamodbStore>().toExtend<RecordStore>()
  expectTypeOf<DynamodbStore>().toExtend<Store>()
  expectTypeOf<DynamodbStore['get']>().parameter(0).toEqualTypeOf<string>()
})

it('types: options are optional but for the client, and may be undefined', () => {
  expectTypeOf<{ client: DynamoDBClient }>().toExtend<DynamodbStoreOptions>()
  expectTypeOf<{ table: string }>().not.toExtend<DynamodbStoreOptions>()
  expectTypeOf<{ ttl: undefined; table: undefined; consistentRead: false }>().toExtend<DynamodbOpenOptions>()
  expectTypeOf<{ timeout: string }>().not.toExtend<DynamodbOpenOptions>()
  expectTypeOf<'client'>().not.toExtend<keyof DynamodbOpenOptions>()
  expectTypeOf<'pruneInterval'>().not.toExtend<keyof DynamodbOpenOptions>()
  expectTypeOf<'region'>().not.toExtend<keyof DynamodbStoreOptions>()
  expectTypeOf(DynamodbStore.open).toBeCallableWith('dynamodb://eu-central-1/sessions', { ttl: 1000 })
  expectTypeOf(DynamodbStore.open).toBeCallableWith({ region: 'eu-central-1' })
  expectTypeOf(DynamodbStore.open).returns.toEqualTypeOf<DynamodbStore>()
})
