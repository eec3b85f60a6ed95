import fs, { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { FileOnDisk, idOf } from '../src/file-on-disk.ts'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

const MINUTE = 60_000
const UNAVAILABLE = { code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503 }

/** The warnings about files that are gone. */
function warningsOf(): string[] {
  const warnings: string[] = []
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === 'COATCHECK_SQLITE_FILE_GONE') warnings.push(warning.message)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  return warnings
}

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8)
}

async function filledStore() {
  const file = tempFile()
  const store = openStore(file)
  await store.set('a', sessionOf({ user: 'Ada' }, MINUTE))
  return { file, store }
}

function remove(file: string, suffixes = ['', '-wal', '-shm']): void {
  for (const suffix of suffixes) rmSync(file + suffix)
}

describe.skipIf(process.platform === 'win32')('mode', () => {
  it('mode: a file that is made can be read by its owner alone, and so can those beside it', async () => {
    const { file } = await filledStore()
    expect(['', '-wal', '-shm'].map(suffix => modeOf(file + suffix))).toEqual(['600', '600', '600'])
  })

  it('mode: that of a file that is there already stays', async () => {
    const file = tempFile()
    writeFileSync(file, '', { mode: 0o640 })
    await openStore(file).set('a', sessionOf())
    expect(modeOf(file)).toBe('640')
  })
})

describe.skipIf(process.platform === 'win32')('a file that is deleted while it is open', () => {
  // Two processes open the file again. The slower one found the log of the faster one beside it, and took it for that of the old file.
  it('deleted: the log of the file that another process makes next is left alone', async () => {
    const { file } = await filledStore()
    const id = idOf(file)
    remove(file)
    const next = openStore(file)
    await next.set('b', sessionOf({ user: 'Bob' }, MINUTE))
    new FileOnDisk(file, id).removeSideFiles()
    expect(['-wal', '-shm'].filter(suffix => existsSync(file + suffix))).toEqual(['-wal', '-shm'])
    expect(await openStore(file).get('b')).toMatchObject({ user: 'Bob' })
  })

  it('deleted twice: a connection whose file was replaced while it opened removes the log of that next file', async () => {
    const { file } = await filledStore()
    const id = idOf(file)
    remove(file)
    await openStore(file).set('b', sessionOf())
    const late = new FileOnDisk(file, id)
    rmSync(file)
    late.removeSideFiles()
    expect(['-wal', '-shm'].filter(suffix => existsSync(file + suffix))).toEqual([])
  })

  it('deleted: the log that another process makes while this one removes the old log is left alone', async () => {
    const { file } = await filledStore()
    const old = new FileOnDisk(file)
    rmSync(file)
    const sideFiles = () => [idOf(`${file}-wal`), idOf(`${file}-shm`)]
    const before = sideFiles()
    const stat = fs.statSync
    let made: ReturnType<typeof sideFiles> | undefined
    // The other process is faster: it makes its files when this one has looked at the old log, and before it removes that.
    vi.spyOn(fs, 'statSync').mockImplementation(((path: string, options: object) => {
      const seen = stat(path, options)
      if (path !== `${file}-wal` || made) return seen
      made = []
      for (const suffix of ['-wal', '-shm']) rmSync(file + suffix)
      openStore(file)
      made = sideFiles()
      return seen
    }) as typeof stat)
    syncBuiltinESMExports()
    onTestFinished(() => {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    })
    old.removeSideFiles()
    expect(made).not.toEqual(before)
    expect(sideFiles()).toEqual(made)
  })

  it.each([
    ['with the files beside it', ['', '-wal', '-shm']],
    ['without them', ['']],
  ])('deleted %s: what is saved is in the new file, and a warning tells of it once', async (_, suffixes) => {
    const warnings = warningsOf()
    const { file, store } = await filledStore()
    remove(file, suffixes)
    await store.set('b', sessionOf({ user: 'Bob' }))
    expect(modeOf(file)).toBe('600')
    const other = openStore(file)
    expect(await other.all()).toMatchObject({ b: { user: 'Bob' } })
    expect([await other.ids(), await store.ids()]).toEqual([['b'], ['b']])
    remove(file)
    await store.set('c', sessionOf())
    expect(await openStore(file).ids()).toEqual(['c'])
    expect(warnings.filter(warning => warning.includes(file))).toEqual([
      expect.stringContaining(`"${file}" was deleted`),
    ])
    expect(openClient(file).pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('deleted: its sessions are no longer read, within seconds', async () => {
    const { file, store } = await filledStore()
    remove(file)
    await expect.poll(() => store.get('a'), { timeout: 20_000 }).toBeUndefined()
    expect(existsSync(file)).toBe(true)
  })

  it('deleted or replaced before its first use: what is saved is in the file at the path', async () => {
    const warnings = warningsOf()
    const [deleted, replaced] = [tempFile(), tempFile()]
    const stores = [openStore(deleted), openStore(replaced)] as const
    remove(deleted)
    await SqliteStore.open(`${replaced}-backup`).close()
    renameSync(`${replaced}-backup`, replaced)
    for (const store of stores) await store.set('a', sessionOf())
    expect(await openStore(deleted).ids()).toEqual(['a'])
    expect(await openStore(replaced).ids()).toEqual(['a'])
    const told = () =>
      [deleted, replaced].map(file => warnings.filter(warning => warning.includes(file)).length)
    await expect.poll(told, { timeout: 10_000 }).toEqual([1, 1])
  })

  it('deleted: two stores that have it open go on with one new file', async () => {
    const { file, store } = await filledStore()
    const other = openStore(file)
    await other.set('b', sessionOf())
    remove(file, [''])
    await Promise.all([store.set('c', sessionOf()), other.set('d', sessionOf())])
    await store.set('e', sessionOf())
    expect(await other.ids()).toEqual(['c', 'd', 'e'])
    expect(await openStore(file).ids()).toEqual(['c', 'd', 'e'])
  })

  it('deleted with its folder: saving fails with status 503, until the folder is there again', async () => {
    const { file, store } = await filledStore()
    renameSync(dirname(file), `${dirname(file)}-away`)
    await expect(store.set('b', sessionOf())).rejects.toMatchObject(UNAVAILABLE)
    renameSync(`${dirname(file)}-away`, dirname(file))
    await store.set('b', sessionOf())
    expect(await openStore(file).ids()).toEqual(['a', 'b'])
  })
})

describe.skipIf(process.platform === 'win32')('a file that is replaced while it is open', () => {
  it('replaced: the store goes on with the new one, and mixes nothing of the old one into it', async () => {
    const warnings = warningsOf()
    const { file, store } = await filledStore()
    for (let i = 0; i < 50; i++) await store.set(`old ${i}`, sessionOf({ text: 'x'.repeat(1000) }))
    const backup = SqliteStore.open(`${file}-backup`)
    await backup.set('b', sessionOf({ user: 'Bob' }, MINUTE))
    await backup.close()
    renameSync(`${file}-backup`, file)
    await store.set('c', sessionOf())
    expect(await store.ids()).toEqual(['b', 'c'])
    expect(await openStore(file).get('b')).toMatchObject({ user: 'Bob' })
    expect(openClient(file).pragma('integrity_check', { simple: true })).toBe('ok')
    expect(warnings.filter(warning => warning.includes(file))).toEqual([
      expect.stringContaining('was replaced'),
    ])
  })

  it("replaced: a store on the caller's client saves nothing into the old one, and says so", async () => {
    const warnings = warningsOf()
    const file = tempFile()
    const client = openClient(file)
    client.pragma('journal_mode = WAL')
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf({ user: 'Ada' }, MINUTE))
    remove(file)
    await expect(store.set('b', sessionOf())).rejects.toMatchObject(UNAVAILABLE)
    await expect(store.destroy('a')).rejects.toMatchObject(UNAVAILABLE)
    expect(await store.get('a', undefined, { renew: MINUTE })).toMatchObject({ user: 'Ada' })
    expect(warnings.filter(warning => warning.includes(file))).toEqual([
      expect.stringContaining('until the app opens a new client'),
    ])
  })
})
