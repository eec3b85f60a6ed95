import { AsyncLocalStorage } from 'node:async_hooks'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it } from 'vitest'
import { openClient, sessionOf, tempFile } from './support/files.ts'

/** What a caller gets when another connection has held the file for too long. */
const UNAVAILABLE = {
  code: 'ERR_SESSION_STORE_UNAVAILABLE',
  status: 503,
  cause: expect.objectContaining({ code: 'SQLITE_BUSY' }),
}

const SIDS = Array.from({ length: 20 }, (_, i) => `sid ${i}`)

/** A store that has its table, and what its client is told from then on. */
async function observed() {
  const statements: string[] = []
  const client = openClient(tempFile(), {
    verbose: statement => {
      statements.push(String(statement).trim())
    },
  })
  const store = new SqliteStore({ client })
  await store.length()
  statements.length = 0
  return { client, store, statements }
}

/** How often a transaction was begun and ended by a statement of its own. */
function transactions(statements: readonly string[]): string[] {
  return statements.filter(statement => /^(BEGIN|COMMIT|ROLLBACK)/.test(statement))
}

/** Makes writes of this session fail, as `RAISE` of SQLite's triggers does it. */
function refuse(sid: string, how: 'ABORT' | 'ROLLBACK'): string {
  return `
    CREATE TRIGGER refused BEFORE INSERT ON sessions WHEN new.sid = '${sid}'
    BEGIN SELECT RAISE(${how}, 'refused'); END`
}

describe('group commit', () => {
  it('the writes of one turn are one transaction', async () => {
    const { store, statements } = await observed()
    await Promise.all(SIDS.map(sid => store.set(sid, sessionOf({ sid }))))
    expect(transactions(statements)).toEqual(['BEGIN IMMEDIATE', 'COMMIT'])
    expect(await store.ids()).toEqual([...SIDS].sort())
  })

  it('a write alone is one statement', async () => {
    const { store, statements } = await observed()
    await store.set('a', sessionOf())
    const own = statements.filter(statement => !statement.startsWith('PRAGMA busy_timeout'))
    expect(own).toEqual([expect.stringMatching(/^INSERT/)])
  })

  it('reads are no part of it', async () => {
    const { store, statements } = await observed()
    await Promise.all(SIDS.map(sid => store.get(sid)))
    expect(transactions(statements)).toEqual([])
  })

  it('nobody is answered before it is committed', async () => {
    const { client, store, statements } = await observed()
    const seen = SIDS.map(async sid => {
      await store.set(sid, sessionOf())
      return [client.inTransaction, transactions(statements).at(-1)]
    })
    expect(await Promise.all(seen)).toEqual(SIDS.map(() => [false, 'COMMIT']))
  })

  it('calls take effect in the order in which they were made', async () => {
    const { store } = await observed()
    await store.set('b', sessionOf({ n: 0 }))
    const calls = [
      store.set('a', sessionOf({ n: 1 })),
      store.set('a', sessionOf({ n: 2 })),
      store.destroy('b'),
      store.touch('b', sessionOf()),
      store.insert('b', sessionOf({ n: 3 })),
      store.insert('b', sessionOf({ n: 4 })),
    ]
    expect(await Promise.all(calls)).toEqual([undefined, undefined, true, false, true, false])
    expect(await store.get('a')).toMatchObject({ n: 2 })
    expect(await store.get('b')).toMatchObject({ n: 3 })
  })

  it('what is asked after a write that is under way knows of it', async () => {
    const { store } = await observed()
    const written = store.set('a', sessionOf({ n: 1 }))
    expect(await store.get('a')).toMatchObject({ n: 1 })
    void store.set('b', sessionOf())
    expect(await store.length()).toBe(2)
    void store.set('c', sessionOf())
    expect(await store.ids()).toEqual(['a', 'b', 'c'])
    void store.set('d', sessionOf())
    await store.clear()
    expect(await store.length()).toBe(0)
    await written
  })

  it('one that fails does no harm to the others', async () => {
    const { client, store } = await observed()
    client.exec(refuse('sid 7', 'ABORT'))
    const results = await Promise.allSettled(SIDS.map(sid => store.set(sid, sessionOf())))
    const failed = results.flatMap(({ status }, i) => (status === 'rejected' ? [SIDS[i]] : []))
    expect(failed).toEqual(['sid 7'])
    expect(await store.length()).toBe(SIDS.length - 1)
  })

  it('one whose failure ends the transaction does no harm to the others', async () => {
    const { client, store, statements } = await observed()
    await store.set('old', sessionOf())
    client.exec(refuse('sid 7', 'ROLLBACK'))
    const sets = SIDS.map(sid => store.set(sid, sessionOf()))
    const destroyed = store.destroy('old')
    const results = await Promise.allSettled(sets)
    const failed = results.flatMap(({ status }, i) => (status === 'rejected' ? [SIDS[i]] : []))
    expect(failed).toEqual(['sid 7'])
    expect(await destroyed).toBe(true)
    expect(transactions(statements)).toEqual(['BEGIN IMMEDIATE'])
    expect(await store.length()).toBe(SIDS.length - 1)
  })

  it('disk full: a session that is too big fails alone', async () => {
    const { client, store } = await observed()
    client.pragma(`max_page_count = ${Number(client.pragma('page_count', { simple: true })) + 4}`)
    const big = store.set('big', sessionOf({ text: 'x'.repeat(100_000) }))
    const small = ['a', 'b', 'c'].map(sid => store.set(sid, sessionOf()))
    await expect(big).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    await Promise.all(small)
    expect(await store.ids()).toEqual(['a', 'b', 'c'])
  })

  it('a file that another connection holds: all fail when their time is over, reads do not, and later all succeed', async () => {
    const file = tempFile()
    openClient(file).pragma('journal_mode = WAL')
    const client = openClient(file, { timeout: 20 })
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const other = openClient(file)
    other.exec('BEGIN IMMEDIATE')
    const renewing = store.get('a', undefined, { renew: 60_000 })
    const results = await Promise.allSettled(SIDS.map(sid => store.set(sid, sessionOf())))
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: UNAVAILABLE })
    }
    expect(await renewing).toMatchObject({ n: 1 })
    other.exec('ROLLBACK')
    await Promise.all(SIDS.map(sid => store.set(sid, sessionOf())))
    expect(await store.length()).toBe(SIDS.length + 1)
  })

  it('a commit that fails leaves nothing behind, and no transaction open', async () => {
    const file = tempFile()
    const client = openClient(file, { timeout: 20 })
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf())
    // Without WAL a reader keeps others from committing.
    const reader = openClient(file).prepare('SELECT sid FROM sessions').iterate()
    reader.next()
    const results = await Promise.allSettled(SIDS.map(sid => store.set(sid, sessionOf())))
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: UNAVAILABLE })
    }
    expect(client.inTransaction).toBe(false)
    reader.return?.()
    expect(await store.ids()).toEqual(['a'])
    await Promise.all(SIDS.map(sid => store.set(sid, sessionOf())))
    expect(await store.length()).toBe(SIDS.length + 1)
  })

  it("in a transaction of the application's, writes are a part of that", async () => {
    const { client, store } = await observed()
    client.exec('BEGIN')
    await Promise.all(SIDS.map(sid => store.set(sid, sessionOf())))
    expect(await store.length()).toBe(SIDS.length)
    client.exec('ROLLBACK')
    expect(await store.length()).toBe(0)
    await Promise.all(SIDS.map(sid => store.set(sid, sessionOf())))
    expect(await store.length()).toBe(SIDS.length)
  })

  it('with a client that does not tell of its transactions, each write is one', async () => {
    const { client, statements } = await observed()
    const store = new SqliteStore({
      client: {
        prepare: sql => client.prepare(sql),
        exec: sql => client.exec(sql),
        close: () => client.close(),
      },
    })
    expect(await Promise.all(SIDS.map(sid => store.insert(sid, sessionOf())))).toEqual(SIDS.map(() => true))
    expect(transactions(statements)).toEqual([])
  })

  it('each goes on in the context in which it was asked for', async () => {
    const { store } = await observed()
    const context = new AsyncLocalStorage<string>()
    const seen = await Promise.all(
      SIDS.map(sid => {
        return context.run(sid, () => {
          return new Promise(resolve => store.set(sid, sessionOf(), () => resolve(context.getStore())))
        })
      }),
    )
    expect(seen).toEqual(SIDS)
  })

  it('close waits for it', async () => {
    const { client, store } = await observed()
    for (const sid of SIDS) void store.set(sid, sessionOf())
    await store.close()
    const { count } = client.prepare('SELECT count(*) AS count FROM sessions').get() as { count: number }
    expect(count).toBe(SIDS.length)
  })
})
