import type { RecordStore, RecordStoreOptions } from '@coatcheck/session'
import { Encryption, keyIdOf } from '../../src/records/encryption.ts'
import { HashedIds } from '../../src/records/hashed-ids.ts'
import { SEALED } from './sealed.ts'

/** How a subject of the conformance suite makes its stores, and what it finds behind them. */
export interface Sealed {
  readonly options: RecordStoreOptions
  /** Under what a session is stored. */
  keyOf(sid: string): string
  /** What is stored for a text. */
  seal(sid: string, text: string): string
  /** The suite looks for ids in listings, which give hashes: have the store give the ids. */
  showIds(store: RecordStore): void
}

/** Nothing is hashed or encrypted. */
export const PLAIN: Sealed = {
  options: {},
  keyOf: sid => sid,
  seal: (_, text) => text,
  showIds() {},
}

const secret = SEALED.encryption!.keys[0] as Buffer
const encryption = new Encryption(
  { current: keyIdOf(secret), keys: new Map([[keyIdOf(secret), secret]]) },
  undefined,
)
const hashing = new HashedIds(undefined)

/** Hashed ids, and encryption. */
export const HASHED_AND_ENCRYPTED: Sealed = {
  options: SEALED,
  keyOf: sid => hashing.keyOf(sid),
  seal: (sid, text) => encryption.seal(hashing.keyOf(sid), text),
  showIds(store) {
    const [all, ids, entries] = [store.all, store.ids, store.entries].map(method => method.bind(store)) as [
      (callback?: Callback) => Promise<object>,
      (callback?: Callback) => Promise<string[]>,
      RecordStore['entries'],
    ]
    const named = (sessions: object) =>
      Object.fromEntries(Object.entries(sessions).map(([key, session]) => [idOf(key), session]))
    Object.assign(store, {
      all: (callback?: Callback) => answer(all, callback, named),
      ids: (callback?: Callback) => answer(ids, callback, keys => keys.map(idOf)),
      async *entries() {
        for await (const [key, session] of entries()) yield [idOf(key), session]
      },
    })
  },
}

type Callback = (error?: unknown, value?: unknown) => void

function answer<T>(
  method: (callback?: Callback) => Promise<T>,
  callback: Callback | undefined,
  change: (value: T) => unknown,
): unknown {
  if (callback === undefined) return method().then(change)
  if (typeof callback !== 'function') return method(callback)
  return method((error, value) => (error ? callback(error) : callback(null, change(value as T))))
}

const known = new Map<string, string>()
const { keyOf } = HashedIds.prototype
HashedIds.prototype.keyOf = function (sid) {
  const key = keyOf.call(this, sid)
  if (key !== sid) known.set(key, sid)
  return key
}

function idOf(key: string): string {
  return known.get(key) ?? key
}
