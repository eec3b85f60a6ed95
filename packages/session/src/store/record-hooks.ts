import type { ReadResult, Renewal, StoredEntry, StoredRecord, UpdateResult } from '../records/record.ts'
import { Store } from './store.ts'

/**
 * What a backend of {@link RecordStore} implements. The hooks see an id, a text and a lifetime in milliseconds, and never a cookie, a
 * session or a callback. They keep these rules:
 * - an expired session does not exist for any hook, whether or not it was deleted;
 * - only `_write`, `_insert` and `_exchange` insert;
 * - `owner` is what `_owned` is asked for later; without it, a record that is there keeps its owner;
 * - the driver's errors are thrown unchanged.
 */
export abstract class RecordHooks extends Store {
  /** The session of `sid`, or `undefined` when there is none or it has expired. A backend may ignore `renewal`. */
  protected abstract _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined>
  /**
   * The same for several sessions at once, in the order of `sids`. A session that cannot be read is a promise that rejects. With this
   * hook, the reads of one tick are batched.
   */
  protected _readMany?(sids: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]>
  /** Insert or replace. */
  protected abstract _write(sid: string, data: string, ttl: number, owner?: string): Promise<void>
  /** Replace a live session; when `expected` is given, only if its data still equals that. Never inserts. */
  protected abstract _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult>
  /** Move the expiry of a live session and nothing else. Returns whether it was there. */
  protected abstract _touch(sid: string, ttl: number): Promise<boolean>
  /**
   * Remove the session. Returns the text of the live record that was removed, or `false` when there was none. A redirect record names a
   * successor, which is then removed too. A backend that cannot return the text returns `true`.
   */
  protected abstract _destroy(sid: string): Promise<string | boolean>
  /** Every live session, read page by page. */
  protected abstract _entries(): AsyncIterable<StoredEntry>
  /** Remove every session of this store and nothing else. */
  protected abstract _clear(): Promise<void>
  /** Insert in one atomic step, unless `sid` has a live session. Returns whether it did. Without this hook there is no `insert`. */
  protected _insert?(sid: string, data: string, ttl: number, owner?: string): Promise<boolean>
  /**
   * Remove the session of `old` and insert or replace that of `sid`, in one atomic step if the backend can. With `required`, nothing is
   * written unless the old session was there. Returns what `_destroy` returns for `old`.
   */
  protected async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | boolean> {
    if (required && !(await this._read(old))) return false
    // First the new one, whose id nobody knows yet: if that fails, the old one is still there.
    await this._write(sid, data, ttl, owner)
    let there: string | boolean = false
    try {
      there = await this._destroy(old)
      return there
    } finally {
      if (!there && required) await this._destroy(sid)
    }
  }
  /**
   * Every live record that was there when the call began and was last written with this owner, from an index. It may return others too:
   * the base class checks the owners. Only called with the option `owner`, which needs this hook.
   */
  protected _owned?(owner: string): Promise<readonly StoredEntry[]>
  /** Prepare the backend. Called on first use, and again after a failure. */
  protected async _open(): Promise<void> {}
  /** Release what `_open` acquired. */
  protected async _close(): Promise<void> {}
  /** How many live sessions there are. */
  protected async _count(): Promise<number> {
    let count = 0
    for await (const _ of this._entries()) count++
    return count
  }
  /** Delete at most `limit` expired sessions and return how many. A backend whose database deletes them omits this hook. */
  protected _prune?(limit: number): Promise<number>
}
