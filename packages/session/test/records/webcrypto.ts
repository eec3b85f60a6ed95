/**
 * The formats of docs/decisions/017-hashed-ids-and-encryption.md, written a second time: with the Web Cryptography API, and without a
 * line of the package.
 */
const { subtle } = globalThis.crypto

const utf8 = (text: string) => new TextEncoder().encode(text)

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap(part => [...part]))
}

function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}

function fromBase64url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0))
}

async function hmac(key: Uint8Array, text: string): Promise<Uint8Array> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await subtle.importKey('raw', joined(key), algorithm, false, ['sign'])
  return new Uint8Array(await subtle.sign('HMAC', imported, utf8(text)))
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await subtle.digest('SHA-256', bytes))
}

/** The key of a session: by SHA-256, or by HMAC with a key. */
export async function hashedId(sid: string, key?: Uint8Array): Promise<string> {
  return `h1.${toBase64url(key ? await hmac(key, sid) : await sha256(utf8(sid)))}`
}

async function keyId(key: Uint8Array): Promise<string> {
  return toBase64url((await hmac(key, 'coatcheck key id')).subarray(0, 6))
}

async function cipherKey(key: Uint8Array, id: string, usage: KeyUsage): Promise<CryptoKey> {
  const bytes = await sha256(joined(Uint8Array.of(0, 0, 0, 1), key, utf8(`coatcheck.1${id}`)))
  return subtle.importKey('raw', joined(bytes), 'AES-GCM', false, [usage])
}

function algorithm(nonce: Uint8Array, header: string, id: string) {
  return { name: 'AES-GCM', iv: joined(nonce), additionalData: utf8(`${header}\n${id}`), tagLength: 128 }
}

/** Encrypt the text of a session with this nonce. */
export async function seal(key: Uint8Array, id: string, text: string, nonce: Uint8Array): Promise<string> {
  const maxAge = /^\{"cookie":\{"originalMaxAge":(\d+|null),/.exec(text)?.[1] ?? '-'
  const header = `coatcheck.1:${maxAge},${await keyId(key)}`
  const cipher = await cipherKey(key, id, 'encrypt')
  const body = await subtle.encrypt(algorithm(nonce, header, id), cipher, utf8(text))
  return `"${header}.${toBase64url(joined(nonce, new Uint8Array(body)))}"`
}

/** The text, and the nonce with which it was encrypted. Rejects when it does not open. */
export async function open(
  key: Uint8Array,
  id: string,
  stored: string,
): Promise<{ text: string; nonce: Uint8Array }> {
  const [, header, keyid, body] = /^"(coatcheck\.1:(?:\d+|null|-),([\w-]{8}))\.([\w-]+)"$/.exec(stored)!
  if (keyid !== (await keyId(key))) throw new Error('another key')
  const bytes = fromBase64url(body!)
  const [nonce, rest] = [bytes.subarray(0, 12), joined(bytes.subarray(12))]
  const cipher = await cipherKey(key, id, 'decrypt')
  const text = await subtle.decrypt(algorithm(nonce, header!, id), cipher, rest)
  return { text: new TextDecoder().decode(text), nonce }
}

export { fromBase64url, toBase64url }
