import type { Backend } from './backend.ts'
import type { Encryption } from './encryption.ts'
import type { Reencrypted, StoredRecord } from './record.ts'

/** Encrypt each session with the current key, one by one, beside an app that uses them. */
export async function* reencrypt(
  backend: Backend,
  encryption: Encryption,
): AsyncGenerator<Reencrypted, void, void> {
  for await (const { sid, data, place = sid } of backend._entries()) {
    // The read may move a session that is still stored under its id.
    const isCurrent = encryption.isCurrent(data) && place === sid
    yield isCurrent ? 'current' : await encryptOne(backend, encryption, sid, place)
  }
}

async function encryptOne(
  backend: Backend,
  encryption: Encryption,
  key: string,
  place: string,
): Promise<Reencrypted> {
  let record: StoredRecord | undefined
  let data: string
  for (;;) {
    try {
      record = await backend._read(place)
      if (!record) return 'gone'
      if (encryption.isCurrent(record.data)) return 'encrypted'
      data = encryption.seal(place, encryption.open(key, record.data, place))
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SESSION_CORRUPT') throw error
      return 'unreadable'
    }
    // If the session was saved since, read the newer text.
    const result = await backend._update(place, data, record.ttl, record.data)
    if (result !== 'changed') return result === 'updated' ? 'encrypted' : 'gone'
  }
}
