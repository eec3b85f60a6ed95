import type { ReadResult, Renewal, StoredEntry, StoredRecord, UpdateResult } from './record.ts'

/** The hooks of a store that work on records. `RecordHooks` has their rules. */
export interface Backend {
  _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined>
  _readMany?(sids: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]>
  _write(sid: string, data: string, ttl: number, owner?: string): Promise<void>
  _insert?(sid: string, data: string, ttl: number, owner?: string): Promise<boolean>
  _update(sid: string, data: string, ttl: number, expected?: string, owner?: string): Promise<UpdateResult>
  _touch(sid: string, ttl: number): Promise<boolean>
  _destroy(sid: string): Promise<string | boolean>
  _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | boolean>
  _owned?(owner: string): Promise<readonly StoredEntry[]>
  _entries(): AsyncIterable<StoredEntry>
}
