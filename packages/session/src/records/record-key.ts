import type { KeyObject } from 'node:crypto'

const BYTES = 32

/** A key needs this many different bytes. Fewer than one of 10^15 random keys has less. */
const DIFFERENT = 12

/** The bytes of a key. Throws a TypeError that names the option and does not show the key. */
export function bytesOf(key: unknown, option: string): Buffer {
  const bytes = typeof key === 'string' ? decoded(key) : binary(key)
  if (bytes?.length !== BYTES) {
    throw new TypeError(
      `The option "${option}" must be 32 random bytes: a Buffer, a secret KeyObject, or their text in base64 or hexadecimal digits, as "openssl rand -base64 32" prints it`,
    )
  }
  if (isWeak(bytes)) {
    throw new TypeError(
      `The option "${option}" is a text or a pattern and can be guessed: it must be 32 random bytes, as "openssl rand -base64 32" prints them`,
    )
  }
  return bytes
}

function decoded(text: string): Buffer | undefined {
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

function binary(key: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(key)) {
    // A copy, because the app may wipe or reuse its own.
    return Buffer.from(new Uint8Array(key.buffer, key.byteOffset, key.byteLength))
  }
  const { type, export: exported } = (key ?? {}) as Partial<KeyObject>
  return type === 'secret' && typeof exported === 'function' ? (key as KeyObject).export() : undefined
}

/** Random bytes are neither all printable nor nearly all the same. */
function isWeak(bytes: Buffer): boolean {
  return bytes.every(byte => byte >= 0x20 && byte < 0x7f) || new Set(bytes).size < DIFFERENT
}
