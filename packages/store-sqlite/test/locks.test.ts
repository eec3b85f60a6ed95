import { setTimeout as sleep } from 'node:timers/promises'
import { type SqliteOpenOptions, SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

const MINUTE = 60_000
const PATIENT = { busyTimeout: MINUTE }
const UNAVAILABLE = {
  name: 'SessionError',
  code: 'ERR_SESSION_STORE_UNAVAILABLE',
  status: 503,
  cause: expect.objectContaining({ code: 'SQLITE_BUSY' }),
}

/** Whoever waits for a lock in SQLite itself lets no timer run meanwhile. */
async function expectToWait(promise: Promise<unknown>): Promise<void> {
  let answered = false
  const done = () => {
    answered = true
  }
  promise.then(done, done)
  for (let i = 0; i < 20; i++) await sleep(5)
  expect(answered).toBe(false)
}

/** Another connection to the file, which holds it until it is told to `release`. */
function lock(file: string, how = 'IMMEDIATE') {
  const client = openClient(file)
  client.exec(`BEGIN ${how}`)
  return { release: () => void client.exec('ROLLBACK') }
}

async function lockedStore(options: SqliteOpenOptions = PATIENT) {
  const file = tempFile()
  const store = openStore(file, options)
  await store.set('a', sessionOf({ user: 'Ada' }, MINUTE))
  return { file, store, ...lock(file) }
}

describe('a locked file', () => {
  it('set: waits while other work of the process goes on, and is made when the file is free', async () => {
    const { store, release } = await lockedStore()
    const written = store.set('b', sessionOf({ user: 'Bob' }))
    await expectToWait(written)
    release()
    await written
    expect(await store.get('b')).toMatchObject({ user: 'Bob' })
  })

  it('writes: wait in their order, those that come later too', async () => {
    const { store, release } = await lockedStore()
    const calls: Promise<unknown>[] = [store.set('b', sessionOf({ n: 1 })), store.destroy('a')]
    await sleep(20)
    calls.push(store.insert('a', sessionOf({ n: 2 })), store.touch('b', sessionOf()), store.clear())
    await sleep(20)
    calls.push(store.insert('b', sessionOf({ n: 3 })))
    release()
    expect(await Promise.all(calls)).toEqual([undefined, true, true, true, undefined, true])
    expect(await store.all()).toMatchObject({ b: { n: 3 } })
    expect(await store.ids()).toEqual(['b'])
  })

  it('set: fails with status 503 when its time is over, and later ones succeed', async () => {
    const { store, release } = await lockedStore({ busyTimeout: 30 })
    await expect(store.set('b', sessionOf())).rejects.toMatchObject(UNAVAILABLE)
    await expect(store.destroy('a')).rejects.toMatchObject(UNAVAILABLE)
    await expect(store.prune()).rejects.toMatchObject(UNAVAILABLE)
    release()
    await store.set('b', sessionOf())
    expect(await store.ids()).toEqual(['a', 'b'])
  })

  it('busyTimeout: 0 fails at once', async () => {
    const { store } = await lockedStore({ busyTimeout: 0 })
    await expect(store.set('b', sessionOf())).rejects.toMatchObject(UNAVAILABLE)
  })

  it('get: is answered, also where a save of the session waits', async () => {
    const { store, release } = await lockedStore()
    const written = store.set('a', sessionOf({ user: 'Bob' }))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect([await store.length(), await store.ids()]).toEqual([1, ['a']])
    await expectToWait(written)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    release()
    await written
    expect(await store.get('a')).toMatchObject({ user: 'Bob' })
  })

  it('renew: the read is answered while the file is locked, and the lifetime starts anew when it is free', async () => {
    const { file, store, release } = await lockedStore()
    const before = (await store.get('a'))!.cookie.expires as unknown as string
    await sleep(150)
    expect(await store.get('a', undefined, { renew: MINUTE })).toMatchObject({ user: 'Ada' })
    release()
    // After the renewal, which waits before it.
    await store.set('b', sessionOf())
    const after = (await openStore(file).get('a'))!.cookie.expires as unknown as string
    expect(Date.parse(after)).toBeGreaterThan(Date.parse(before))
  })

  it('renew: a session that was destroyed while its renewal waited stays destroyed', async () => {
    const { file, store, release } = await lockedStore()
    await store.get('a', undefined, { renew: MINUTE })
    const destroyed = store.destroy('a')
    await store.get('a', undefined, { renew: MINUTE })
    release()
    expect(await destroyed).toBe(true)
    await store.set('b', sessionOf())
    expect(await openStore(file).ids()).toEqual(['b'])
  })

  it('renew: one that could not be made up for is told as a warning, once', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error & { code?: string }) => {
      if (warning.code === 'COATCHECK_SQLITE_NOT_RENEWED') warnings.push(warning)
    }
    process.on('warning', listen)
    onTestFinished(() => void process.off('warning', listen))
    const { store } = await lockedStore({ busyTimeout: 20 })
    for (let i = 0; i < 5; i++) {
      expect(await store.get('a', undefined, { renew: MINUTE })).toMatchObject({ user: 'Ada' })
      await sleep(30)
    }
    await expect.poll(() => warnings.length, { timeout: 10_000 }).toBe(1)
  })

  it('close: what waits fails, and nobody waits for it any more', async () => {
    const file = tempFile()
    const store = SqliteStore.open(file, PATIENT)
    await store.length()
    lock(file)
    const written = expect(store.set('a', sessionOf())).rejects.toMatchObject(UNAVAILABLE)
    await store.close()
    await written
  })
})

describe('open', () => {
  it.each(['IMMEDIATE', 'EXCLUSIVE'])(
    'open: a new file that another connection holds (%s) is waited for',
    async how => {
      const file = tempFile()
      const { release } = lock(file, how)
      const store = openStore(file, PATIENT)
      const written = store.set('a', sessionOf({ user: 'Ada' }))
      await expectToWait(written)
      release()
      await written
      expect(await openStore(file).get('a')).toMatchObject({ user: 'Ada' })
      expect(openClient(file).pragma('journal_mode', { simple: true })).toBe('wal')
    },
  )

  it('open: the first call fails with status 503 when the file stays locked, and a later one succeeds', async () => {
    const file = tempFile()
    const { release } = lock(file, 'EXCLUSIVE')
    const store = openStore(file, { busyTimeout: 30 })
    await expect(store.get('a')).rejects.toMatchObject(UNAVAILABLE)
    release()
    await store.set('a', sessionOf())
    expect(await store.ids()).toEqual(['a'])
  })

  it('open: a table that cannot be made yet is waited for', async () => {
    const file = tempFile()
    openClient(file).exec('PRAGMA journal_mode = WAL; CREATE TABLE coats (name TEXT)')
    const { release } = lock(file)
    const store = openStore(file, PATIENT)
    const length = store.length()
    await expectToWait(length)
    release()
    expect(await length).toBe(0)
  })
})

describe("the caller's client", () => {
  it('set: waits while other work goes on, as long as the client would wait, whose timeout stays as it is', async () => {
    const file = tempFile()
    openClient(file).pragma('journal_mode = WAL')
    const client = openClient(file, { timeout: MINUTE })
    const store = new SqliteStore({ client })
    await store.length()
    const { release } = lock(file)
    const written = store.set('a', sessionOf())
    await expectToWait(written)
    expect(client.pragma('busy_timeout', { simple: true })).toBe(MINUTE)
    release()
    await written
  })

  it('busyTimeout: may be shorter than that of the client', async () => {
    const file = tempFile()
    openClient(file).pragma('journal_mode = WAL')
    const client = openClient(file, { timeout: MINUTE })
    const store = new SqliteStore({ client, busyTimeout: 20 })
    await store.length()
    lock(file)
    await expect(store.set('a', sessionOf())).rejects.toMatchObject(UNAVAILABLE)
  })

  it('get: without WAL a read waits for a write, while other work goes on', async () => {
    const file = tempFile()
    const client = openClient(file, { timeout: MINUTE })
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf({ user: 'Ada' }))
    const { release } = lock(file, 'EXCLUSIVE')
    const read = store.get('a')
    await expectToWait(read)
    release()
    expect(await read).toMatchObject({ user: 'Ada' })
  })
})
