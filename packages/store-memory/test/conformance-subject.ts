import { defineSubject, type Subject } from '@coatcheck/store-conformance'
import { MemoryStore } from '@coatcheck/store-memory'
import { PLAIN, type Sealed } from '../../session/test/support/sealed-subject.ts'

/** The hooks of the store are its backend, and no other way leads there. */
class OpenStore extends MemoryStore {
  put(sid: string, text: string): Promise<void> {
    return this._write(sid, text, 60_000)
  }

  async age(sid: string, ms: number): Promise<void> {
    const record = await this._read(sid)
    if (record) await this._touch(sid, record.ttl - ms)
  }
}

/** Each store has its own sessions: there is nothing that two could share, and no client that could fail. */
export const subjectOf = ({ options, keyOf, seal, showIds }: Sealed): Subject =>
  defineSubject({
    name: 'MemoryStore',
    granularityMs: 1,
    shared: false,
    namespaces: true,
    create({ ttlMs, owner }) {
      const store = new OpenStore({ ttl: ttlMs, owner, ...options })
      showIds(store)
      return store
    },
    dispose: (store: OpenStore) => store.close(),
    backend: {
      putRaw: (store: OpenStore, sid, text) => store.put(keyOf(sid), seal(sid, text)),
      rows: (store: OpenStore) => store.usage().sessions,
      sweep: (store: OpenStore) => store.prune(),
      age: (store: OpenStore, sid, ms) => store.age(keyOf(sid), ms),
    },
  })

const subject: Subject = subjectOf(PLAIN)

export default subject
