import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore, type Store } from '@coatcheck/session'
import { SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import type { IsStored } from './races.ts'

/** Two stores on one database, as in two processes, and a look into that. */
export interface Place<T> {
  stores: [T, T]
  isStored: IsStored
  close(): Promise<void>
}

/** One process has one store in memory. */
export async function openMemory(): Promise<Place<Store>> {
  const store = new MemoryStore()
  return {
    stores: [store, store],
    isStored: async sid => (await store.get(sid)) !== undefined,
    close: async () => {},
  }
}

export async function openSqlite(): Promise<Place<SqliteStore>> {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-races-'))
  const file = join(folder, 'sessions.db')
  const stores: [SqliteStore, SqliteStore] = [SqliteStore.open(file), SqliteStore.open(file)]
  await stores[0].length()
  const client = new Database(file)
  const row = client.prepare('SELECT 1 FROM sessions WHERE sid = ?')
  return {
    stores,
    isStored: async sid => row.get(sid) !== undefined,
    async close() {
      client.close()
      for (const store of stores) await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}
