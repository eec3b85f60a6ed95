import type { RecordStore, Store } from '@coatcheck/session'
import {
  type MysqlClient,
  type MysqlOpenOptions,
  MysqlStore,
  type MysqlStoreOptions,
} from '@coatcheck/store-mysql'
import type mysql from 'mysql2'
import type promises from 'mysql2/promise'
import { expectTypeOf, it } from 'vitest'

it('types: pools and connections of mysql2 are clients, those with callbacks and those with promises', () => {
  expectTypeOf<mysql.Pool>().toExtend<MysqlClient>()
  expectTypeOf<mysql.Connection>().toExtend<MysqlClient>()
  expectTypeOf<mysql.PoolConnection>().toExtend<MysqlClient>()
  expectTypeOf<promises.Pool>().toExtend<MysqlClient>()
  expectTypeOf<promises.Connection>().toExtend<MysqlClient>()
  expectTypeOf<promises.PoolConnection>().toExtend<MysqlClient>()
  expectTypeOf<string>().not.toExtend<MysqlClient>()
})

it('types: two methods are enough for a client', () => {
  type Run = (query: { sql: string; values?: unknown[] }) => Promise<[unknown, unknown]>
  expectTypeOf<{ query: Run; execute: Run }>().toExtend<MysqlClient>()
  expectTypeOf<{ query: Run }>().not.toExtend<MysqlClient>()
})

it('types: the store is a store of the family', () => {
  expectTypeOf<MysqlStore>().toExtend<RecordStore>()
  expectTypeOf<MysqlStore>().toExtend<Store>()
  expectTypeOf<MysqlStore['get']>().parameter(0).toEqualTypeOf<string>()
})

it('types: options are optional but for the client, and may be undefined', () => {
  expectTypeOf<{ client: promises.Pool }>().toExtend<MysqlStoreOptions>()
  expectTypeOf<{ table: string }>().not.toExtend<MysqlStoreOptions>()
  expectTypeOf<{
    ttl: undefined
    database: undefined
    prepare: false
    max: undefined
  }>().toExtend<MysqlOpenOptions>()
  expectTypeOf<{ max: string }>().not.toExtend<MysqlOpenOptions>()
  expectTypeOf<'client'>().not.toExtend<keyof MysqlOpenOptions>()
  expectTypeOf<'max'>().not.toExtend<keyof MysqlStoreOptions>()
  expectTypeOf(MysqlStore.open).toBeCallableWith('mysql://host/app')
  expectTypeOf(MysqlStore.open).toBeCallableWith('mariadb://host/app', { ttl: 1000 })
  expectTypeOf(MysqlStore.open).parameter(0).toEqualTypeOf<string>()
  expectTypeOf(MysqlStore.open).returns.toEqualTypeOf<MysqlStore>()
})
