import type { Backend } from './backend.ts'
import type { Encryption } from './encryption.ts'
import type { Reencrypted, StoredEntry, StoredRecord } from './record.ts'

/** How many sessions are encrypted at the same time. One by one, millions would take hours. */
const LANES = 8

/** Encrypt each session with the current key, while an app may use the sessions. */
export async function* reencrypt(
  backend: Backend,
  encryption: Encryption,
): AsyncGenerator<Reencrypted, void, void> {
  const due: StoredEntry[] = []
  const encrypt = () => Promise.all(due.splice(0).map(entry => encryptOne(backend, encryption, entry)))
  for await (const entry of backend._entries()) {
    // The read may move a session that is still stored under its id.
    if (encryption.isCurrent(entry.data) && (entry.place ?? entry.sid) === entry.sid) yield 'current'
    else due.push(entry)
    if (due.length === LANES) yield* await encrypt()
  }
  yield* await encrypt()
}

async function encryptOne(
  backend: Backend,
  encryption: Encryption,
  { sid, place = sid }: StoredEntry,
): Promise<Reencrypted> {
  let record: StoredRecord | undefined
  let data: string
  for (;;) {
    try {
      record = await backend._read(place)
      if (!record) return 'gone'
      if (encryption.isCurrent(record.data)) return 'encrypted'
      data = encryption.seal(place, encryption.open(sid, record.data, place))
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SESSION_CORRUPT') throw error
      return 'unreadable'
    }
    // If the session was saved since, read the newer text.
    const result = await backend._update(place, data, record.ttl, record.data)
    if (result !== 'changed') return result === 'updated' ? 'encrypted' : 'gone'
  }
}
