import type { ReadResult, Renewal, StoredEntry, StoredRecord, UpdateResult } from './record.ts'
import { Store } from './store.ts'

/**
 * What a backend of {@link RecordStore} implements. The hooks see an id, a text and a lifetime in milliseconds, and never a cookie, a
 * session or a callback. Their promises:
 * - what has expired is not there, for every hook, whether or not it has been deleted;
 * - no hook but `_write`, `_insert` and `_exchange` inserts;
 * - a failure is thrown as the driver gave it.
 */
export abstract class RecordHooks extends Store {
  /** The session of `sid`, or `undefined` when there is none or it has expired. A backend may ignore `renewal`. */
  protected abstract _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined>
  /**
   * The same for several sessions at once, in their order. One that cannot be read is a promise that rejects. With this hook, reads of
   * one tick are batched.
   */
  protected _readMany?(sids: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]>
  /** Insert or replace. */
  protected abstract _write(sid: string, data: string, ttl: number): Promise<void>
  /** Replace only if it is still there and, when `expected` is given, only if its data is still that. Never inserts. */
  protected abstract _update(sid: string, data: string, ttl: number, expected?: string): Promise<UpdateResult>
  /** Move the expiry of a live session and nothing else. Tells whether it was there. */
  protected abstract _touch(sid: string, ttl: number): Promise<boolean>
  /**
   * Remove it. Gives the text of the live record that was removed, or `false` when there was none: a record may redirect to another
   * session, which then has to end too. `true` stands for a record whose text the backend cannot tell.
   */
  protected abstract _destroy(sid: string): Promise<string | boolean>
  /** Every live session, read page by page. */
  protected abstract _entries(): AsyncIterable<StoredEntry>
  /** Remove every session of this store and nothing else. */
  protected abstract _clear(): Promise<void>
  /** Insert, in one atomic step, unless a live session is there. Tells whether it did. Without this hook there is no `insert`. */
  protected _insert?(sid: string, data: string, ttl: number): Promise<boolean>
  /**
   * Remove one session and insert or replace another, in one atomic step where there is one. With `required` the first must have been
   * there, or nothing is written. Gives what `_destroy` gives of the first.
   */
  protected async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
  ): Promise<string | boolean> {
    const there = await this._destroy(old)
    if (there || !required) await this._write(sid, data, ttl)
    return there
  }
  /** Prepare the backend: on first use, again after a failure. */
  protected async _open(): Promise<void> {}
  /** Release what `_open` took. */
  protected async _close(): Promise<void> {}
  /** How many live sessions there are. */
  protected async _count(): Promise<number> {
    let count = 0
    for await (const _ of this._entries()) count++
    return count
  }
  /** Delete at most `limit` expired sessions and tell how many. A backend that expires them by itself has none. */
  protected _prune?(limit: number): Promise<number>
}
