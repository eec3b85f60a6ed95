import { chmodSync } from 'node:fs'
import type { Finding } from '@coatcheck/session'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { expect, it } from 'vitest'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

async function found(store: SqliteStore): Promise<Record<string, Finding>> {
  return Object.fromEntries((await store.diagnose()).map(finding => [finding.name, finding]))
}

it('diagnose: versions, file and settings, and a table that is not there, which it does not make', async () => {
  const file = tempFile()
  const store = openStore(file)
  const findings = await found(store)
  expect(findings.packages!.text).toMatch(
    /^@coatcheck\/store-sqlite \d+\.\d+\.\d+\S*, better-sqlite3 \d+\.\d+\.\d+$/,
  )
  expect(findings.SQLite!.text).toMatch(/^3\.\d+\.\d+$/)
  expect(findings).toMatchObject({
    file: { text: expect.stringMatching(/sessions\.db, mode 600$/) },
    journal_mode: { text: 'wal' },
    synchronous: { text: 'NORMAL' },
    table: {
      text: '"sessions" does not exist yet; the store creates it on first use',
      missing: 'table "sessions"',
    },
  })
  expect(new Set(Object.values(findings).map(({ level }) => level))).toEqual(new Set(['ok']))
  expect(openClient(file).prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
})

it('diagnose: a table with its index; without it is a warning', async () => {
  const file = tempFile()
  const store = openStore(file)
  await store.set('a', sessionOf())
  expect((await found(store)).table).toEqual({
    name: 'table',
    level: 'ok',
    text: '"sessions", with an index on "due"',
  })
  openClient(file).exec('DROP INDEX sessions_due')
  expect((await found(store)).table).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/has no index on "due"/),
  })
})

it('diagnose: settings under which the file may be damaged, or slow, are warnings; a strange table is a problem', async () => {
  const client = openClient()
  client.exec('PRAGMA synchronous = OFF; CREATE TABLE sessions (name TEXT)')
  expect(await found(new SqliteStore({ client }))).toMatchObject({
    journal_mode: { level: 'warning', text: expect.stringMatching(/^delete: /) },
    synchronous: { level: 'warning', text: expect.stringMatching(/^OFF: /) },
    table: { level: 'problem', text: expect.stringMatching(/is not a table of sessions/) },
  })
})

it('diagnose: a file that others can read is a warning, and so is one in memory', async () => {
  const file = tempFile()
  const store = openStore(file)
  chmodSync(file, 0o644)
  expect((await found(store)).file).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/mode 644: every user of this machine can read the ids in it; chmod 600$/),
  })
  expect((await found(openStore(':memory:'))).file).toMatchObject({ level: 'warning' })
})
