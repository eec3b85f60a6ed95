import { checkOptionNames } from '../option-names.ts'
import { Encryption, type Keyring, keyIdOf } from './encryption.ts'
import { HashedIds } from './hashed-ids.ts'
import type { EncryptionOptions, HashIdsOptions, Plain } from './options.ts'
import { bytesOf } from './record-key.ts'
import { Sealing } from './sealing.ts'

/** How the options hash and encrypt; `undefined` if they do neither. Throws a TypeError that names the option. */
export function sealingOf(hashIds: unknown, encryption: unknown): Sealing | undefined {
  const hashing = hashingOf(hashIds)
  const encrypting = encryption === undefined ? undefined : encryptionOf(encryption)
  return hashing || encrypting ? new Sealing(hashing?.ids, hashing?.plain, encrypting) : undefined
}

function hashingOf(hashIds: unknown): { ids: HashedIds; plain: Plain | undefined } | undefined {
  if (hashIds === undefined || hashIds === false) return undefined
  if (hashIds === true) return { ids: new HashedIds(undefined), plain: undefined }
  if (!isPlainObject(hashIds)) return { ids: new HashedIds(bytesOf(hashIds, 'hashIds')), plain: undefined }
  checkOptionNames(hashIds, ['key', 'plain'], 'hashIds')
  const { key, plain } = hashIds as HashIdsOptions
  checkPlain(plain, 'hashIds.plain')
  return { ids: new HashedIds(key === undefined ? undefined : bytesOf(key, 'hashIds.key')), plain }
}

function encryptionOf(encryption: unknown): Encryption {
  if (!isPlainObject(encryption)) {
    throw new TypeError('The option "encryption" must be an object with its keys: { keys: [key] }')
  }
  checkOptionNames(encryption, ['keys', 'plain'], 'encryption')
  const { keys, plain } = encryption as EncryptionOptions
  checkPlain(plain, 'encryption.plain')
  return new Encryption(keyringOf(keys), plain)
}

function keyringOf(given: unknown): Keyring {
  if (!Array.isArray(given) || given.length === 0) {
    throw new TypeError('The option "encryption.keys" must be an array of keys, the current one first')
  }
  const keys = new Map<string, Buffer>()
  for (const [i, key] of given.entries()) {
    const bytes = bytesOf(key, `encryption.keys[${i}]`)
    const id = keyIdOf(bytes)
    if (keys.has(id)) throw new TypeError('The option "encryption.keys" has the same key twice')
    keys.set(id, bytes)
  }
  return { current: [...keys.keys()][0]!, keys }
}

function checkPlain(plain: unknown, option: string): void {
  if (plain === undefined || plain === 'read' || plain === 'write') return
  throw new TypeError(`The option "${option}" must be 'read' or 'write'`)
}

/** An object of options: neither an array, nor bytes, nor a `KeyObject`. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return (
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    typeof (value as { export?: unknown }).export !== 'function'
  )
}
