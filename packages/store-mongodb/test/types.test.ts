import type { RecordStore, Store } from '@coatcheck/session'
import {
  type MongodbClient,
  type MongodbCollection,
  type MongodbDatabase,
  type MongodbOpenOptions,
  MongodbStore,
  type MongodbStoreOptions,
} from '@coatcheck/store-mongodb'
import type { Collection, Db, MongoClient } from 'mongodb'
import type { Collection as Collection6, Db as Db6, MongoClient as MongoClient6 } from 'mongodb6'
import { expectTypeOf, it } from 'vitest'

it('types: clients of both drivers are clients', () => {
  expectTypeOf<MongoClient>().toExtend<MongodbClient>()
  expectTypeOf<MongoClient6>().toExtend<MongodbClient>()
  expectTypeOf<Db>().toExtend<MongodbDatabase>()
  expectTypeOf<Db6>().toExtend<MongodbDatabase>()
  expectTypeOf<Collection>().toExtend<MongodbCollection>()
  expectTypeOf<Collection6>().toExtend<MongodbCollection>()
  expectTypeOf<string>().not.toExtend<MongodbClient>()
  expectTypeOf<Promise<MongoClient>>().not.toExtend<MongodbClient>()
})

it('types: the store is a store of the family', () => {
  expectTypeOf<MongodbStore>().toExtend<RecordStore>()
  expectTypeOf<MongodbStore>().toExtend<Store>()
  expectTypeOf<MongodbStore['get']>().parameter(0).toEqualTypeOf<string>()
})

it('types: options are optional but for the client, and may be undefined', () => {
  expectTypeOf<{ client: MongoClient }>().toExtend<MongodbStoreOptions>()
  expectTypeOf<{ dbName: string }>().not.toExtend<MongodbStoreOptions>()
  expectTypeOf<{ ttl: undefined; stringify: false; timeout: undefined }>().toExtend<MongodbOpenOptions>()
  expectTypeOf<{ timeout: string }>().not.toExtend<MongodbOpenOptions>()
  expectTypeOf<'client'>().not.toExtend<keyof MongodbOpenOptions>()
  expectTypeOf<'timeout'>().not.toExtend<keyof MongodbStoreOptions>()
  expectTypeOf(MongodbStore.open).toBeCallableWith('mongodb://host/app', { collection: 'sessions' })
  expectTypeOf(MongodbStore.open).returns.toEqualTypeOf<MongodbStore>()
})
