import type { RecordStore, Store } from '@coatcheck/session'
import {
  type PostgresClient,
  type PostgresOpenOptions,
  PostgresStore,
  type PostgresStoreOptions,
} from '@coatcheck/store-postgres'
import type pg from 'pg'
import { expectTypeOf, it } from 'vitest'

it('types: pools and clients of pg are clients', () => {
  expectTypeOf<pg.Pool>().toExtend<PostgresClient>()
  expectTypeOf<pg.Client>().toExtend<PostgresClient>()
  expectTypeOf<pg.PoolClient>().toExtend<PostgresClient>()
  expectTypeOf<string>().not.toExtend<PostgresClient>()
})

it('types: three methods are enough for a client', () => {
  expectTypeOf<{
    query(query: { text: string }): Promise<{ rows: unknown[]; rowCount: number }>
  }>().toExtend<PostgresClient>()
  expectTypeOf<{ query(text: string): Promise<string> }>().not.toExtend<PostgresClient>()
})

it('types: the store is a store of the family', () => {
  expectTypeOf<PostgresStore>().toExtend<RecordStore>()
  expectTypeOf<PostgresStore>().toExtend<Store>()
  expectTypeOf<PostgresStore['get']>().parameter(0).toEqualTypeOf<string>()
})

it('types: options are optional but for the client, and may be undefined', () => {
  expectTypeOf<{ client: pg.Pool }>().toExtend<PostgresStoreOptions>()
  expectTypeOf<{ table: string }>().not.toExtend<PostgresStoreOptions>()
  expectTypeOf<{
    ttl: undefined
    schema: undefined
    prepare: false
    max: undefined
  }>().toExtend<PostgresOpenOptions>()
  expectTypeOf<{ max: string }>().not.toExtend<PostgresOpenOptions>()
  expectTypeOf<'client'>().not.toExtend<keyof PostgresOpenOptions>()
  expectTypeOf<'max'>().not.toExtend<keyof PostgresStoreOptions>()
  expectTypeOf(PostgresStore.open).toBeCallableWith('postgres://host/app')
  expectTypeOf(PostgresStore.open).toBeCallableWith('postgres://host/app', { ttl: 1000 })
  expectTypeOf(PostgresStore.open).parameter(0).toEqualTypeOf<string>()
  expectTypeOf(PostgresStore.open).returns.toEqualTypeOf<PostgresStore>()
})
