import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it } from 'vitest'
import { openClient, openStore, sessionOf, tempFile, tempFolder } from './support/files.ts'

/** Root may write everywhere: where the tests run as root, this runs as somebody who may not. */
function withoutRights<T>(work: () => T): T {
  const root = process.geteuid?.() === 0
  if (root) process.seteuid!(65534)
  try {
    return work()
  } finally {
    if (root) process.seteuid!(0)
  }
}

function failure(work: () => unknown): Error & { cause?: unknown } {
  try {
    work()
  } catch (error) {
    return error as Error & { cause?: unknown }
  }
  throw new Error('nothing was thrown')
}

describe('open', () => {
  it('open: a file keeps its sessions, and each is there for the next store on it', async () => {
    const file = tempFile()
    const store = SqliteStore.open(file)
    await store.set('a', sessionOf({ user: 'Ada' }))
    await store.close()
    expect(readdirSync(dirname(file))).toEqual(['sessions.db'])
    expect(await openStore(file).get('a')).toMatchObject({ user: 'Ada' })
  })

  it('open: the file is in WAL mode', () => {
    const file = tempFile()
    openStore(file)
    expect(openClient(file).pragma('journal_mode', { simple: true })).toBe('wal')
  })

  it("open: ':memory:' is a store of its own, without a file", async () => {
    const [one, two] = [openStore(':memory:'), openStore(':memory:')]
    await one.set('a', sessionOf({ user: 'Ada' }))
    expect(await one.get('a')).toMatchObject({ user: 'Ada' })
    expect(await two.get('a')).toBeUndefined()
  })

  it('close: later calls fail, a second close does not', async () => {
    const store = SqliteStore.open(tempFile())
    await store.close()
    await store.close()
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
  })

  it("close: leaves the caller's client open", async () => {
    const client = openClient()
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf())
    await store.close()
    expect(client.open).toBe(true)
    expect(client.prepare('SELECT sid FROM sessions').pluck().all()).toEqual(['a'])
  })
})

describe('a file that cannot be opened', () => {
  it('open: a missing directory is told in a sentence', () => {
    const file = join(tempFolder(), 'missing', 'sessions.db')
    const error = failure(() => SqliteStore.open(file))
    expect(error.message).toBe(`The directory of the SQLite file "${file}" does not exist`)
    expect(error.cause).toBeInstanceOf(Error)
  })

  const sentence = (file: string) =>
    `The SQLite file "${file}" cannot be opened for writing: this process needs the right to write to the file and to its directory`

  it('open: a folder in place of a file is told in a sentence', () => {
    const folder = tempFolder()
    const error = failure(() => SqliteStore.open(folder))
    expect(error.message).toBe(sentence(folder))
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/^SQLITE_CANTOPEN/) })
  })

  it('open: a folder that is not ours to write to is told in a sentence', async () => {
    const folder = join(tempFolder(), 'closed')
    mkdirSync(folder, { mode: 0o555 })
    await chmod(dirname(folder), 0o755)
    const file = join(folder, 'sessions.db')
    expect(failure(() => withoutRights(() => SqliteStore.open(file))).message).toBe(sentence(file))
  })

  it.each(['delete', 'wal'])(
    'open: a file (%s) that is not ours to write is told in a sentence',
    async mode => {
      const file = tempFile()
      const client = openClient(file)
      client.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE coats (name TEXT)`)
      client.close()
      await chmod(file, 0o444)
      await chmod(dirname(file), 0o777)
      const error = failure(() => withoutRights(() => SqliteStore.open(file)))
      expect(error.message).toBe(sentence(file))
      expect(error.cause).toMatchObject({ code: expect.stringMatching(/^SQLITE_READONLY/) })
    },
  )

  it("open: a file that is no database gives the driver's error, and stays as it is", () => {
    const file = tempFile()
    const text = 'A letter to the cloakroom. '.repeat(50)
    writeFileSync(file, text)
    const error = failure(() => SqliteStore.open(file))
    expect(error).toMatchObject({
      name: 'SqliteError',
      code: 'SQLITE_NOTADB',
      message: 'file is not a database',
    })
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('open: can be tried again once the cause is gone', async () => {
    const file = join(tempFolder(), 'later', 'sessions.db')
    failure(() => SqliteStore.open(file))
    mkdirSync(dirname(file))
    const store = openStore(file)
    await store.set('a', sessionOf())
    expect(await store.ids()).toEqual(['a'])
  })
})
