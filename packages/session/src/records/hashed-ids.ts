import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { decrypt, derive, encrypt } from './cipher.ts'
import { isHashedId, isTombstone, PREFIX } from './id-forms.ts'

/** A lone surrogate of UTF-16. UTF-8 has no bytes for it. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** Makes keys from ids. The database has a key instead of the id, and nobody can use a key as an id. */
export class HashedIds {
  readonly #secret: KeyObject | undefined
  /** The id of the last call, because a write needs the key twice. */
  #last: string | undefined
  #lastKey = ''

  constructor(secret: Buffer | undefined) {
    this.#secret = secret && createSecretKey(secret)
  }

  /** The key of an id. The key of a key is the key itself. */
  keyOf(sid: string): string {
    if (sid === this.#last) return this.#lastKey
    if (isHashedId(sid) || isTombstone(sid)) return sid
    this.#lastKey = PREFIX + this.#hash(LONE_SURROGATE.test(sid) ? Buffer.from(sid, 'utf16le') : sid)
    this.#last = sid
    return this.#lastKey
  }

  /** What the database has in place of an owner. */
  tagOf(owner: string): string {
    return this.#hash(`owner ${owner}`)
  }

  /** Encrypt `id`, so that it can only be read with another id, `sid`. */
  hide(sid: string, id: string): string {
    return encrypt(ownKey(sid), this.keyOf(sid), id)
  }

  show(sid: string, hidden: string): string | undefined {
    return decrypt(ownKey(sid), this.keyOf(sid), hidden)
  }

  #hash(id: string | Buffer): string {
    if (!this.#secret) return hash('sha256', id, 'base64url')
    return createHmac('sha256', this.#secret).update(id).digest('base64url')
  }
}

function ownKey(sid: string): KeyObject {
  return derive(Buffer.from(sid), 'coatcheck redirect')
}
