import { createHmac, type KeyObject } from 'node:crypto'
import { SessionError } from '../errors.ts'
import { decrypt, derive, encrypt } from './cipher.ts'
import type { Renewal } from './record.ts'

/** The version that is written. The envelope is a JSON string, so that a column of type JSON accepts it too. */
const VERSION = 'coatcheck.1'
const ENVELOPE = `"${VERSION}:`
/** The beginning of an envelope of any version. */
const ANY_ENVELOPE = '"coatcheck.'

/** The beginning of a session's JSON, up to the number that a touch on read compares. */
const BEGINNING = '{"cookie":{"originalMaxAge":'
const MAX_AGE = /^(?:\d+|null)(?=,)/

const ID_LENGTH = 8

/** How many derived keys are kept: a request reads and writes the same session. */
const RECENT = 1000

/** Keys by their ids. `current` encrypts. */
export interface Keyring {
  readonly current: string
  readonly keys: ReadonlyMap<string, Buffer>
}

/** The id of a key. It reveals nothing about the key. */
export function keyIdOf(key: Buffer): string {
  return createHmac('sha256', key).update('coatcheck key id').digest('base64url').slice(0, ID_LENGTH)
}

/** Encrypts the texts of sessions: docs/decisions/017-hashed-ids-and-encryption.md has the format. */
export class Encryption {
  readonly #keyring: Keyring
  readonly #plain: 'read' | 'write' | undefined
  readonly #suffix: string
  /** Derived keys, by the id of the key and that of the session. */
  readonly #recent = new Map<string, KeyObject>()

  /** `plain`: unencrypted texts are read as well, or even written. */
  constructor(keyring: Keyring, plain: 'read' | 'write' | undefined) {
    this.#keyring = keyring
    this.#plain = plain
    this.#suffix = `,${keyring.current}`
  }

  /** The stored form of the text of the session of `id`. */
  seal(id: string, text: string): string {
    if (this.#plain === 'write') return text
    if (!isWellFormed(text)) {
      throw new SessionError(
        'ERR_SESSION_SERIALIZE',
        'The session cannot be encrypted: its codec returned a text with a lone surrogate',
      )
    }
    const header = `${VERSION}:${maxAgeIn(text)}${this.#suffix}`
    const key = this.#keyFor(this.#keyring.current, id)!
    return `"${header}.${encrypt(key, `${header}\n${id}`, text)}"`
  }

  /**
   * The text of the stored form of the session of `id`, or of `other`, an id that it had before. Throws `ERR_SESSION_CORRUPT` when it
   * cannot be decrypted.
   */
  open(id: string, data: string, other?: string): string {
    if (!data.startsWith(ENVELOPE)) return this.#unencrypted(data)
    const comma = data.indexOf(',')
    const dot = data.indexOf('.', comma)
    const header = data.slice(1, dot)
    const body = data.slice(dot + 1, -1)
    const openFor = (id: string) => {
      const key = this.#keyFor(data.slice(comma + 1, dot), id)
      if (!key) throw corrupt('with a key that is not among those of the option "encryption"')
      return decrypt(key, `${header}\n${id}`, body)
    }
    const text = openFor(id) ?? (other === undefined || other === id ? undefined : openFor(other))
    if (text === undefined) throw corrupt('and was damaged, or belongs to another id')
    return text
  }

  /** Whether the stored form has the current key, or is unencrypted if this store would write it so. */
  isCurrent(data: string): boolean {
    if (this.#plain === 'write') return !data.startsWith(ENVELOPE)
    return data.startsWith(ENVELOPE) && data.startsWith(`${this.#suffix}.`, data.indexOf(','))
  }

  /** The same renewal for encrypted texts, which have the number in their header. */
  renewal(renewal: Renewal | undefined): Renewal | undefined {
    if (!renewal || this.#plain === 'write') return renewal
    return { prefix: ENVELOPE + renewal.prefix.slice(BEGINNING.length), ttl: renewal.ttl }
  }

  #keyFor(keyId: string, id: string): KeyObject | undefined {
    const name = keyId + id
    const known = this.#recent.get(name)
    const secret = known ? undefined : this.#keyring.keys.get(keyId)
    if (!secret) return known
    const key = derive(secret, VERSION + id)
    if (this.#recent.size >= RECENT) this.#recent.clear()
    this.#recent.set(name, key)
    return key
  }

  #unencrypted(data: string): string {
    if (data.startsWith(ANY_ENVELOPE)) throw corrupt('by a newer version of this package')
    if (this.#plain) return data
    throw new SessionError('ERR_SESSION_CORRUPT', 'The stored session is not encrypted')
  }
}

function maxAgeIn(text: string): string {
  if (!text.startsWith(BEGINNING)) return '-'
  // A touch on read does not support very large numbers, such as 1e21.
  return MAX_AGE.exec(text.slice(BEGINNING.length, BEGINNING.length + 24))?.[0] ?? '-'
}

function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed()
}

function corrupt(why: string): SessionError {
  return new SessionError('ERR_SESSION_CORRUPT', `The stored session is encrypted ${why}`)
}
