import { statSync } from 'node:fs'
import type { RecordStoreOptions } from '@coatcheck/session'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it } from 'vitest'
import { describeExchange } from '../../session/test/support/exchange.ts'
import { describeRenewals } from '../../session/test/support/renewals.ts'
import { sealed } from '../../session/test/support/sealed.ts'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

function openOn(ddl: string, options: RecordStoreOptions = {}) {
  const file = tempFile()
  openClient(file).exec(ddl)
  return { store: openStore(file, options), other: openStore(file, options) }
}

const tables = [
  ['our own table', ''],
  ["connect-sqlite3's table", 'CREATE TABLE sessions (sid PRIMARY KEY, expired, sess)'],
  [
    "better-sqlite3-session-store's table",
    'CREATE TABLE sessions (sid TEXT NOT NULL PRIMARY KEY, sess JSON NOT NULL, expire TEXT NOT NULL)',
  ],
] as const

for (const [name, ddl] of tables) {
  describeRenewals(name, options => openOn(ddl, options))
  describeExchange(name, undefined, options => openOn(ddl, options))
  const sealedOpen = sealed(options => openOn(ddl, options))
  describeRenewals(`${name}, hashed and encrypted`, sealedOpen)
  describeExchange(`${name}, hashed and encrypted`, undefined, sealedOpen)
}

describe('renew', () => {
  it('renew: what cannot be written, while another process writes, is read', async () => {
    const file = tempFile()
    const store = openStore(file, { busyTimeout: 1 })
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    const writer = openClient(file)
    writer.exec('BEGIN IMMEDIATE')
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
    await expect(store.touch('a', sessionOf({}, 60_000))).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_UNAVAILABLE',
    })
  })

  it('renew: what cannot be written, as the file is read-only or the disk is full, is read', async () => {
    const client = openClient()
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    client.pragma('query_only = ON')
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
    client.pragma('query_only = OFF')
    client.exec(`
      CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
  })

  it('renew: the WAL of an app that only reads does not grow without end', async () => {
    const file = tempFile()
    const store = openStore(file)
    await store.set('a', sessionOf({}, 60_000))
    for (let i = 0; i < 4000; i++) await store.get('a', undefined, { renew: 60_000 })
    // SQLite carries it over to the file at 1000 pages of 4 KB; without that it had 4000 pages.
    expect(statSync(`${file}-wal`).size).toBeLessThan(8_000_000)
  })
})
