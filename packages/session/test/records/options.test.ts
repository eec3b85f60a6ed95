import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'
import { newKey } from './database.ts'

const key = newKey()
const bytes = /must be 32 random bytes: a Buffer, a secret KeyObject, or their text/
const guessed = /can be guessed/

const { publicKey } = generateKeyPairSync('ed25519')

it.each([
  ['hashIds', { hashIds: 'a secret' }, bytes],
  ['hashIds', { hashIds: 1 }, bytes],
  ['hashIds', { hashIds: [key] }, bytes],
  ['hashIds', { hashIds: null }, bytes],
  ['hashIds', { hashIds: key.subarray(1) }, bytes],
  ['hashIds', { hashIds: Buffer.alloc(32) }, guessed],
  ['hashIds', { hashIds: Buffer.from('a passphrase with 32 characters!') }, guessed],
  ['hashIds.key', { hashIds: { key: 'a secret' } }, bytes],
  [
    'hashIds.key',
    { hashIds: { key: createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })) } },
    bytes,
  ],
  ['kye', { hashIds: { kye: key } }, /is not an option of hashIds; did you mean "key"\?/],
  ['hashIds.plain', { hashIds: { plain: true } }, /must be 'read' or 'write'/],
  ['encryption', { encryption: key }, /must be an object with its keys: \{ keys: \[key\] \}/],
  ['encryption', { encryption: [key] }, /must be an object/],
  ['encryption', { encryption: true }, /must be an object/],
  ['encryption', { encryption: null }, /must be an object/],
  ['key', { encryption: { key } }, /is not an option of encryption; did you mean "keys"\?/],
  ['encryption.keys', { encryption: {} }, /must be an array of keys, the current one first/],
  ['encryption.keys', { encryption: { keys: key } }, /must be an array of keys/],
  ['encryption.keys', { encryption: { keys: [] } }, /must be an array of keys/],
  ['encryption.keys', { encryption: { keys: [key, key.toString('hex')] } }, /has the same key twice/],
  ['encryption.keys[1]', { encryption: { keys: [key, undefined] } }, bytes],
  ['encryption.keys[0]', { encryption: { keys: [Buffer.alloc(32, 'ab')] } }, guessed],
  ['encryption.keys[0]', { encryption: { keys: [process.env.NOT_SET] } }, bytes],
  ['encryption.plain', { encryption: { keys: [key], plain: 'both' } }, /must be 'read' or 'write'/],
])('options: %s as in %o is refused at the start', (name, options, sentence) => {
  let error: unknown
  try {
    new MapStore(options as never)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(TypeError)
  const { message } = error as TypeError
  expect(message).toContain(`The option "${name}" `)
  expect(message).toMatch(sentence)
  expect(message).not.toMatch(/secret"|passphrase with|[\w+/]{43}/)
})

it('options: a store that cannot insert in one step says so where sessions would have to move', () => {
  expect(() => new MapStore({ hashIds: { plain: 'read' } })).toThrow(
    'The option "hashIds.plain" needs a store with the hook _insert',
  )
})

it('options: what switches it off is no error', () => {
  expect(new MapStore({ hashIds: false }).keyOf('an id')).toBe('an id')
  expect(new MapStore({ hashIds: undefined, encryption: undefined }).keyOf('an id')).toBe('an id')
  expect(new MapStore({ hashIds: {} }).keyOf('an id')).toMatch(/^h1\./)
})
