import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { randomId } from '../session/session-id.ts'

const ALGORITHM = 'aes-256-gcm'
const NONCE = 12
const TAG = 16

/** The counter of the one-step key derivation of NIST SP 800-56C. */
const FIRST = Buffer.from([0, 0, 0, 1])

/** A key of 32 bytes that is derived from a secret, for one purpose. Node 24 takes 10 µs each time to make such an object of bytes. */
export function derive(secret: Buffer, purpose: string): KeyObject {
  return createSecretKey(hash('sha256', Buffer.concat([FIRST, secret, Buffer.from(purpose)]), 'buffer'))
}

/** The encrypted text: nonce, ciphertext and tag, in base64url. Decrypting needs the same `additional` data. */
export function encrypt(key: KeyObject, additional: string, text: string): string {
  const nonce = Buffer.from(randomId(), 'base64url').subarray(0, NONCE)
  const cipher = createCipheriv(ALGORITHM, key, nonce)
  cipher.setAAD(Buffer.from(additional))
  const body = cipher.update(text, 'utf8')
  return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** The decrypted text; `undefined` if it cannot be decrypted. */
export function decrypt(key: KeyObject, additional: string, encrypted: string): string | undefined {
  const bytes = Buffer.from(encrypted, 'base64url')
  if (bytes.length < NONCE + TAG) return undefined
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
    decipher.setAAD(Buffer.from(additional))
    decipher.setAuthTag(bytes.subarray(-TAG))
    const text = decipher.update(bytes.subarray(NONCE, -TAG))
    // This checks the tag. The text is not used before.
    decipher.final()
    return text.toString('utf8')
  } catch {
    return undefined
  }
}
