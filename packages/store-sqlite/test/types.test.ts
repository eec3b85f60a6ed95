/// <reference path="../../../node_modules/node24-types/sqlite.d.ts" />
/// <reference path="../../../node_modules/bun-types/sqlite.d.ts" />
import { type SqliteClient, SqliteStore, type SqliteStoreOptions } from '@coatcheck/store-sqlite'
import type BetterSqlite3 from 'better-sqlite3'
import type Libsql from 'libsql'
import { expect, expectTypeOf, it } from 'vitest'

it('types: the databases of all drivers are clients as they are', () => {
  expectTypeOf<import('node:sqlite').DatabaseSync>().toExtend<SqliteClient>()
  expectTypeOf<import('node:sqlite').DatabaseSync>().not.toBeAny()
  expectTypeOf<import('bun:sqlite').Database>().not.toBeAny()
  expectTypeOf<import('bun:sqlite').Database>().toExtend<SqliteClient>()
  expectTypeOf<BetterSqlite3.Database>().toExtend<SqliteClient>()
  expectTypeOf<Libsql.Database>().toExtend<SqliteClient>()
  expectTypeOf<{ client: import('node:sqlite').DatabaseSync }>().toExtend<SqliteStoreOptions>()
})

it('types: options are checked', () => {
  const given: { table?: string } = {}
  SqliteStore.open(':memory:', { table: given.table, busyTimeout: undefined, ttl: 1, pruneInterval: false })
  // @ts-expect-error A number of milliseconds.
  expect(() => SqliteStore.open(':memory:', { busyTimeout: '1' })).toThrow(TypeError)
  // @ts-expect-error A client is needed.
  expect(() => new SqliteStore({ table: 'sessions' })).toThrow(TypeError)
})
