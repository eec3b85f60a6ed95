import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Subject } from '../../src/index.ts'
import { FileStore, files } from './file-store.ts'

/** The promise-only store, in a temporary folder. */
export function fileSubject(): Subject {
  let root = ''
  const change = async (store: FileStore, sid: string, changes: object): Promise<void> => {
    const file = store.file(sid)
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...changes }))
  }
  return {
    name: 'file store',
    style: 'promise',
    granularityMs: 1,
    setup: async () => {
      root = await mkdtemp(join(tmpdir(), 'file-store-'))
    },
    teardown: () => rm(root, { recursive: true, force: true }),
    create: ({ namespace, ttlMs, chaos }) => {
      const folder = join(
        root,
        createHash('sha256')
          .update(namespace, 'utf16le' as 'utf8')
          .digest('hex'),
      )
      return new FileStore({ folder, ttlMs, fs: chaos(files) })
    },
    backend: {
      putRaw: (store, sid, text) => change(store, sid, { text }),
      rows: async store => (await store.names()).length,
      sweep: store => store.sweep(),
      age: async (store, sid, ms) => {
        const { end } = JSON.parse(await readFile(store.file(sid), 'utf8'))
        await change(store, sid, { end: end - ms })
      },
    },
  }
}

export default fileSubject()
