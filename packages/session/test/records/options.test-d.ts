import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type {
  EncryptionOptions,
  HashIdsOptions,
  RecordKey,
  RecordStore,
  RecordStoreOptions,
  Reencrypted,
} from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import { MemoryStore } from '@coatcheck/store-memory'
import { SqliteStore } from '@coatcheck/store-sqlite'

const key: Buffer = randomBytes(32)
const secret: KeyObject = createSecretKey(key)
const keys: RecordKey[] = [key, secret, new Uint8Array(32), 'text', process.env.SESSION_KEY ?? '']

export const options: RecordStoreOptions[] = [
  { hashIds: true },
  { hashIds: secret },
  { hashIds: { key, plain: 'read' } satisfies HashIdsOptions },
  { encryption: { keys } satisfies EncryptionOptions },
  { encryption: { keys: [key] as const, plain: 'write' }, hashIds: false },
  { hashIds: undefined, encryption: undefined },
]

// @ts-expect-error keys are a list
export const single: RecordStoreOptions = { encryption: { keys: key } }
// @ts-expect-error there is no such word
export const word: RecordStoreOptions = { hashIds: { plain: 'both' } }
// @ts-expect-error a mistyped name
export const typo: RecordStoreOptions = { encryption: { keys, plian: 'read' } }

export const stores: RecordStore[] = [
  new MemoryStore({ hashIds: true, encryption: { keys } }),
  SqliteStore.open(':memory:', { hashIds: key, encryption: { keys } }),
]
export const opened: Promise<RecordStore> = openStore('memory:', { hashIds: true, encryption: { keys } })

export async function count(store: RecordStore): Promise<Record<Reencrypted, number>> {
  const counts = { current: 0, encrypted: 0, gone: 0, unreadable: 0 }
  for await (const result of store.reencrypt()) counts[result]++
  const shown: string = store.keyOf('an id')
  await store.destroy(shown)
  return counts
}
