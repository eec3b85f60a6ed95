import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Encryption, keyIdOf } from '../../src/records/encryption.ts'
import { SharedDatabase, sessionOf } from './database.ts'
import { fromBase64url, hashedId, open, seal } from './webcrypto.ts'

interface Vectors {
  encryption: { key: string; id: string; text: string; stored: string }[]
  ids: { id: string; sha256: string; key: string; hmac: string }[]
}

const file = new URL('./vectors.json', import.meta.url)
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'))

function encryptionWith(key: string): Encryption {
  const bytes = Buffer.from(key, 'base64url')
  return new Encryption({ current: keyIdOf(bytes), keys: new Map([[keyIdOf(bytes), bytes]]) }, undefined)
}

describe.each(vectors.encryption)('vector: the session of $id', ({ key, id, text, stored }) => {
  it('opens', () => {
    expect(encryptionWith(key).open(id, stored)).toBe(text)
  })

  it('opens with the Web Cryptography API, which makes the same of it with its nonce', async () => {
    const opened = await open(fromBase64url(key), id, stored)
    expect(opened.text).toBe(text)
    expect(await seal(fromBase64url(key), id, text, opened.nonce)).toBe(stored)
  })

  it('is encrypted in a way that the Web Cryptography API opens, and never twice with one nonce', async () => {
    const texts = Array.from({ length: 300 }, () => encryptionWith(key).seal(id, text))
    const opened = await Promise.all(texts.map(stored => open(fromBase64url(key), id, stored)))
    expect(new Set(opened.map(({ text }) => text))).toEqual(new Set([text]))
    expect(new Set(opened.map(({ nonce }) => nonce.join())).size).toBe(300)
  })
})

describe.each(vectors.ids)('vector: the id $id', ({ id, sha256, key, hmac }) => {
  it('has this key, by SHA-256 and by HMAC, as the Web Cryptography API has it', async () => {
    expect(await hashedId(id)).toBe(sha256)
    expect(await hashedId(id, fromBase64url(key))).toBe(hmac)
  })

  it.each([
    ['SHA-256', true, sha256],
    ['HMAC', key, hmac],
  ])('is stored under this key, by %s', async (_, hashIds, stored) => {
    const database = new SharedDatabase()
    await database.store({ hashIds }).set(id, sessionOf())
    expect(database.row().sid).toBe(stored)
  })
})

it('vector: what a store writes opens with the Web Cryptography API', async () => {
  const database = new SharedDatabase()
  const [key, id] = [vectors.encryption[0]!.key, 'an id']
  await database
    .store({ encryption: { keys: [key] }, hashIds: true })
    .set(id, sessionOf({ user: 'Zoë \u{1F9E5}' }))
  const { sid, data } = database.row()
  const { text } = await open(fromBase64url(key), sid, data)
  expect(JSON.parse(text)).toMatchObject({ cookie: { originalMaxAge: 60_000 }, user: 'Zoë \u{1F9E5}' })
})
