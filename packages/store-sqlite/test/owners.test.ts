import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { describeOwnerColumn } from '../../session/test/support/owner-column.ts'
import { describeOwners, sessionFor } from '../../session/test/support/owners.ts'

describeOwners('store-sqlite', () => options => SqliteStore.open(':memory:', options))

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-owners-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'sessions.db')
}

function columnsIn(file: string): string[] {
  const client = new Database(file)
  const rows = client.prepare("SELECT name FROM pragma_table_info('sessions')").all() as { name: string }[]
  client.close()
  return rows.map(({ name }) => name)
}

it('a table gets the column only with the option, and its sessions stay', async () => {
  const file = newFile()
  const before = SqliteStore.open(file)
  await before.set('a', sessionFor('ada'))
  expect(columnsIn(file)).not.toContain('owner')
  const stores = [1, 2, 3].map(() => SqliteStore.open(file, { owner: 'user' }))
  await Promise.all(stores.map((store, i) => store.set(`s${i}`, sessionFor('ada'))))
  expect(columnsIn(file)).toContain('owner')
  // A store that was open before goes on.
  await before.set('b', sessionFor('ada'))
  expect(await stores[0]!.countOf('ada')).toBe(3)
  // A session that was stored without the option is known from its next save on.
  await stores[0]!.set('a', (await stores[0]!.get('a'))!)
  expect(await stores[0]!.countOf('ada')).toBe(4)
  expect((await before.ids()).length).toBe(5)
  await Promise.all([before, ...stores].map(store => store.close()))
})

it('the list of an owner is read from an index', async () => {
  const file = newFile()
  const store = SqliteStore.open(file, { owner: 'user' })
  await store.set('a', sessionFor('ada'))
  await store.close()
  const client = new Database(file)
  const plan = client.prepare("EXPLAIN QUERY PLAN SELECT sid FROM sessions WHERE owner = 'ada'").all()
  client.close()
  expect(JSON.stringify(plan)).toContain('sessions_owner')
})

it('with hashIds and a key, the file has neither ids nor owners', async () => {
  const file = newFile()
  const store = SqliteStore.open(file, { owner: 'user', hashIds: randomBytes(32) })
  await store.set('an-id', sessionFor('ada'))
  await store.close()
  const client = new Database(file)
  const [row] = client.prepare('SELECT sid, owner FROM sessions').all() as { sid: string; owner: string }[]
  client.close()
  expect(row!.owner).toMatch(/^[\w-]{43}$/)
  expect(row!.sid).not.toContain('an-id')
})

describeOwnerColumn('store-sqlite', 'SqliteStore', async () => {
  const file = newFile()
  const before = SqliteStore.open(file)
  onTestFinished(() => before.close())
  await before.set('a', sessionFor('ada'))
  return {
    url: file,
    async owners() {
      const client = new Database(file)
      const indexes = client.prepare("SELECT name FROM pragma_index_list('sessions')").all()
      client.close()
      // The store that has no owners goes on.
      expect(await before.get('a')).toMatchObject({ user: 'ada' })
      const columns = columnsIn(file).filter(name => name === 'owner').length
      return { columns, indexes: JSON.stringify(indexes).split('sessions_owner').length - 1 }
    },
  }
})
