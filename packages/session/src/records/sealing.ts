import type { Backend } from './backend.ts'
import type { Encryption } from './encryption.ts'
import { HashedBackend } from './hashed-backend.ts'
import type { HashedIds } from './hashed-ids.ts'
import { isHashedId } from './id-forms.ts'
import { MovingBackend } from './moving-backend.ts'
import type { Plain } from './options.ts'
import type { Reencrypted, Renewal } from './record.ts'
import { reencrypt } from './reencrypt.ts'

/** How a store hashes ids and encrypts texts. */
export class Sealing {
  readonly ids: HashedIds | undefined
  readonly #plain: Plain | undefined
  readonly #encryption: Encryption | undefined

  /** `plain` is the option `hashIds.plain`. */
  constructor(ids: HashedIds | undefined, plain: Plain | undefined, encryption: Encryption | undefined) {
    this.ids = ids
    this.#plain = plain
    this.#encryption = encryption
  }

  /** Whether a reader of the database does not see ids. */
  get hidesIds(): boolean {
    return this.ids !== undefined && this.#plain !== 'write'
  }

  /** Whether this is a key of a listing, which cannot be used as an id. */
  isKey(sid: string): boolean {
    return this.ids !== undefined && isHashedId(sid)
  }

  /** The stored form of a session's text. With `plain: 'write'`, processes without hashed ids must be able to open it. */
  seal(sid: string, text: string, stored?: string): string {
    if (!this.#encryption) return text
    if (stored !== undefined && this.#encryption.isCurrent(stored)) return stored
    return this.#encryption.seal(this.hidesIds ? this.#keyOf(sid) : sid, text)
  }

  /** The text of the stored form. `place` is the id under which it was found. Throws `ERR_SESSION_CORRUPT`. */
  open(sid: string, data: string, place: string = sid): string {
    return this.#encryption ? this.#encryption.open(this.#keyOf(sid), data, place) : data
  }

  renewal(renewal: Renewal | undefined): Renewal | undefined {
    return this.#encryption ? this.#encryption.renewal(renewal) : renewal
  }

  /** What the database has for an owner. With `hashIds.plain`, other processes may write it in the second form. */
  ownerForms(owner: string): readonly string[] {
    if (!this.ids) return [owner]
    const tag = this.ids.tagOf(owner)
    if (!this.#plain) return [tag]
    return this.hidesIds ? [tag, owner] : [owner, tag]
  }

  /** A backend that is given ids. Throws a TypeError if the store lacks a hook for that. */
  over(backend: Backend, ownerIn: (sid: string, data: string) => string | undefined): Backend {
    const { ids } = this
    if (!ids) return backend
    if (!this.#plain) return new HashedBackend(backend, ids)
    if (!backend._insert)
      throw new TypeError('The option "hashIds.plain" needs a store with the hook _insert')
    const rewrite = (key: string, data: string, sid: string) => this.seal(key, this.open(key, data, sid))
    return new MovingBackend(backend, ids, this.#plain === 'read', rewrite, ownerIn)
  }

  /** Encrypt each session with the current key. Throws a TypeError if the option `encryption` is not set. */
  reencrypt(backend: Backend): AsyncGenerator<Reencrypted, void, void> {
    if (!this.#encryption) throw new TypeError('reencrypt() needs the option "encryption"')
    return reencrypt(backend, this.#encryption)
  }

  #keyOf(sid: string): string {
    return this.ids ? this.ids.keyOf(sid) : sid
  }
}
