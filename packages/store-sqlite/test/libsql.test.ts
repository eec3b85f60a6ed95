import { type SqliteClient, SqliteStore } from '@coatcheck/store-sqlite'
import Libsql from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { openStore, sessionOf, tempFile } from './support/files.ts'
import { BY_VALUE, subjectOn } from './support/subject.ts'

function openLibsql(file: string): SqliteClient {
  return new Libsql(file)
}

describe('libsql', () => {
  conforms(() => subjectOn('libsql', openLibsql), { unverified: BY_VALUE })

  it('set: waits for another connection while other work goes on, and fails with status 503 when that takes too long', async () => {
    const file = tempFile()
    await openStore(file).set('a', sessionOf({ user: 'Ada' }))
    const [client, other] = [openLibsql(file), openLibsql(file)]
    onTestFinished(() => {
      client.close()
      other.close()
    })
    const store = new SqliteStore({ client, busyTimeout: 50 })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    other.exec('BEGIN IMMEDIATE')
    const began = performance.now()
    const written = store.set('b', sessionOf())
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await expect(written).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_UNAVAILABLE',
      status: 503,
      cause: expect.objectContaining({ code: 'SQLITE_BUSY' }),
    })
    expect(performance.now() - began).toBeGreaterThanOrEqual(49)
    other.exec('ROLLBACK')
    await Promise.all(['b', 'c', 'd'].map(sid => store.set(sid, sessionOf())))
    expect(await store.ids()).toEqual(['a', 'b', 'c', 'd'])
  })

  it.each<[string, (store: SqliteStore) => Promise<unknown>]>([
    ['set', store => store.set('new', sessionOf())],
    ['touch', store => store.touch('a', sessionOf())],
    ['destroy', store => store.destroy('a')],
    ['several', store => Promise.all([store.touch('a', sessionOf()), store.set('new', sessionOf())])],
  ])(
    '%s: after its wait for a lock was given up, other connections see what is written later',
    async (_, write) => {
      const file = tempFile()
      const [client, other] = [openLibsql(file), openLibsql(file)]
      await new SqliteStore({ client: other }).set('a', sessionOf({ user: 'Ada' }))
      onTestFinished(() => {
        client.close()
        other.close()
      })
      const store = new SqliteStore({ client, busyTimeout: 50 })
      await store.length()
      other.exec('BEGIN IMMEDIATE')
      await expect(write(store)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE' })
      other.exec('ROLLBACK')
      await store.insert('b', sessionOf({ user: 'Bob' }))
      expect(other.prepare('SELECT sid FROM sessions ORDER BY sid').all()).toEqual([
        { sid: 'a' },
        { sid: 'b' },
      ])
      await store.exchange('b', 'c', sessionOf({ user: 'Cyd' }))
      expect(other.prepare('SELECT sid FROM sessions ORDER BY sid').all()).toEqual([
        { sid: 'a' },
        { sid: 'c' },
      ])
    },
  )
})
