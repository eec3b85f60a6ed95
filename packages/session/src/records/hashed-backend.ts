import type { Backend } from './backend.ts'
import type { HashedIds } from './hashed-ids.ts'
import { isHashedId, isTombstone } from './id-forms.ts'
import type { ReadResult, Renewal, StoredEntry, StoredRecord, UpdateResult } from './record.ts'

/** A backend that is given ids, and stores sessions under keys instead. */
export class HashedBackend implements Backend {
  readonly #backend: Backend
  readonly #ids: HashedIds

  constructor(backend: Backend, ids: HashedIds) {
    this.#backend = backend
    this.#ids = ids
  }

  _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    return this.#backend._read(this.#ids.keyOf(sid), renewal)
  }

  _readMany(sids: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]> {
    const keys = sids.map(sid => this.#ids.keyOf(sid))
    return this.#backend._readMany!(keys, renewal)
  }

  _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    return this.#backend._write(this.#ids.keyOf(sid), data, ttl, owner)
  }

  _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    return this.#backend._insert!(this.#ids.keyOf(sid), data, ttl, owner)
  }

  _update(sid: string, data: string, ttl: number, expected?: string, owner?: string): Promise<UpdateResult> {
    return this.#backend._update(this.#ids.keyOf(sid), data, ttl, expected, owner)
  }

  _touch(sid: string, ttl: number): Promise<boolean> {
    return this.#backend._touch(this.#ids.keyOf(sid), ttl)
  }

  _destroy(sid: string): Promise<string | boolean> {
    return this.#backend._destroy(this.#ids.keyOf(sid))
  }

  _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | boolean> {
    return this.#backend._exchange(this.#ids.keyOf(old), this.#ids.keyOf(sid), data, ttl, required, owner)
  }

  async _owned(owner: string): Promise<readonly StoredEntry[]> {
    const entries = await this.#backend._owned!(owner)
    return entries.filter(({ sid }) => isHashedId(sid))
  }

  /** A record without a key is not listed: no id can find it. */
  async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for await (const entry of this.#backend._entries()) {
      if (isHashedId(entry.sid) || isTombstone(entry.sid)) yield entry
    }
  }
}
