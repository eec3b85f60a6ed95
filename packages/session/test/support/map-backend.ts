import './silence.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  RecordStore,
  type RecordStoreOptions,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'

/** The smallest backend: a Map. It can be slow, and it can be broken. */
export class MapStore extends RecordStore {
  readonly rows = new Map<string, { data: string; expires: number }>()
  /** Names of the hooks that were called. */
  readonly calls: string[] = []
  /** Milliseconds that each hook takes before it looks at the map. */
  delay = 0
  /** What a hook fails with: one by its name, or all. */
  failing: Partial<Record<string, unknown>> & { all?: unknown } = {}

  constructor(options: RecordStoreOptions = {}) {
    super(options)
  }

  async #enter(hook: string): Promise<void> {
    this.calls.push(hook)
    if (this.delay) await sleep(this.delay)
    const failure = this.failing[hook] ?? this.failing.all
    if (failure) throw failure
  }

  #live(sid: string) {
    const row = this.rows.get(sid)
    return row && row.expires > Date.now() ? row : undefined
  }

  protected override async _open(): Promise<void> {
    await this.#enter('open')
  }

  protected override async _close(): Promise<void> {
    await this.#enter('close')
  }

  protected override async _read(sid: string): Promise<StoredRecord | undefined> {
    await this.#enter('read')
    const row = this.#live(sid)
    return row && { data: row.data, ttl: row.expires - Date.now() }
  }

  protected override async _write(sid: string, data: string, ttl: number): Promise<void> {
    await this.#enter('write')
    this.rows.set(sid, { data, expires: Date.now() + ttl })
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
  ): Promise<UpdateResult> {
    await this.#enter('update')
    const row = this.#live(sid)
    if (!row) return 'missing'
    if (expected !== undefined && row.data !== expected) return 'changed'
    this.rows.set(sid, { data, expires: Date.now() + ttl })
    return 'updated'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    await this.#enter('touch')
    const row = this.#live(sid)
    if (row) row.expires = Date.now() + ttl
    return row !== undefined
  }

  protected override async _destroy(sid: string): Promise<string | boolean> {
    await this.#enter('destroy')
    const row = this.#live(sid)
    this.rows.delete(sid)
    return row !== undefined
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    await this.#enter('entries')
    for (const [sid, { data, expires }] of this.rows) {
      if (expires > Date.now()) yield { sid, data, ttl: expires - Date.now() }
    }
  }

  protected override async _clear(): Promise<void> {
    await this.#enter('clear')
    this.rows.clear()
  }

  protected override async _prune(limit: number): Promise<number> {
    await this.#enter('prune')
    const expired = [...this.rows].filter(([, { expires }]) => expires <= Date.now()).slice(0, limit)
    for (const [sid] of expired) this.rows.delete(sid)
    return expired.length
  }
}

/** The sessions in the map, without their cookies. */
export function dataIn(store: MapStore): Record<string, unknown>[] {
  return [...store.rows.values()].map(({ data }) => {
    const { cookie: _, ...rest } = JSON.parse(data)
    return rest
  })
}
