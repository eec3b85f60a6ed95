import { MongodbStore } from '@coatcheck/store-mongodb'
import { Binary, type Document, ObjectId } from 'mongodb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newDatabase, openClient, sessionOf, storeOn } from './support/mongodb.ts'

const EXPIRES = new Date(Date.now() + 3_600_000)

/** Stores of both forms on one collection. */
function both() {
  const place = newDatabase()
  const { client, dbName, sessions } = place
  const form = async (sid: string) => {
    const session = (await sessions.findOne({ _id: sid }))?.session
    return typeof session === 'string' ? 'text' : typeof session
  }
  return {
    ...place,
    form,
    text: storeOn(client, { dbName }),
    document: storeOn(client, { dbName, stringify: false }),
  }
}

/** Session data with keys that mean something to somebody. */
const hostile = {
  'an operator': { $ne: 1 },
  'an operator at the top': undefined,
  'a path': { 'a.b': { 'c.d': 1 } },
  'an empty key': { '': { '': 1 } },
  'a NUL': { 'a\0b': 1 },
  'a type of BSON': { x: { _bsontype: 'ObjectId', id: 'x' } },
  'a reference': { x: { $ref: 'other', $id: 1 } },
  'a lone surrogate': { text: 'a\ud800b' },
  'a lone surrogate in a key': { 'a\udfffb': 1 },
  'arrays in arrays': { x: [[1, [2]], []] },
  'levels without end': { x: JSON.parse('{"a":'.repeat(300) + 1 + '}'.repeat(300)) },
}

describe('what a document cannot hold', () => {
  it.each(Object.entries(hostile))('documents: %s is kept as it is, and updated', async (_, data) => {
    const { document } = both()
    const session = sessionOf(data ?? { $where: 'sleep(1000)', $set: { a: 1 } })
    await document.set('a', session)
    const loaded = (await document.get('a'))!
    const late = (await document.get('a'))!
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(session))
    await document.set('a', Object.assign(loaded, { more: 1 }))
    expect(await document.get('a')).toMatchObject({ more: 1 })
    await expect(document.set('a', late)).rejects.toMatchObject({
      code: 'ERR_SESSION_CHANGED',
    })
  })

  it('documents: keys of Object.prototype are keys', async () => {
    const { document, form } = both()
    const data = JSON.parse(
      '{"__proto__":{"admin":true},"constructor":1,"toString":"x","toBSON":1,"length":3}',
    )
    const session = { ...sessionOf(), ...data }
    Object.defineProperty(session, '__proto__', { value: { admin: true }, enumerable: true })
    await document.set('a', session as never)
    const loaded = (await document.get('a'))!
    expect(Object.getOwnPropertyDescriptor(loaded, '__proto__')?.value).toEqual({ admin: true })
    expect((loaded as { admin?: boolean }).admin).toBeUndefined()
    expect(loaded).toMatchObject({ constructor: 1, toString: 'x', toBSON: 1, length: 3 })
    expect(await form('a')).toBe('object')
  })

  it('documents: a codec whose text is no JSON is refused, with a sentence', async () => {
    const { client, dbName, sessions } = newDatabase()
    const codec = {
      stringify: (session: object) => Buffer.from(JSON.stringify(session)).toString('base64'),
      parse: (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()) as unknown,
    }
    const refusing = storeOn(client, { dbName, codec, stringify: false })
    await expect(refusing.set('a', sessionOf())).rejects.toMatchObject({
      code: 'ERR_SESSION_SERIALIZE',
      message: expect.stringContaining('set the option "stringify" to true'),
    })
    const taking = storeOn(client, { dbName, codec })
    await taking.set('a', sessionOf({ user: 'Ada' }))
    expect(await taking.get('a')).toMatchObject({ user: 'Ada' })
    expect((await sessions.findOne({ _id: 'a' }))?.session).not.toContain('Ada')
  })
})

describe('both forms', () => {
  it('documents: can be looked into, with a date in cookie.expires, as connect-mongo writes them', async () => {
    const { document, sessions } = both()
    await document.set('a', sessionOf({ user: { name: 'Ada' }, at: EXPIRES, n: 1.5 }, 60_000))
    const found = await sessions.findOne({ 'session.user.name': 'Ada' } as Document)
    expect(found).toEqual({
      _id: 'a',
      session: {
        cookie: { originalMaxAge: 60_000, expires: expect.any(Date), path: '/' },
        user: { name: 'Ada' },
        at: EXPIRES.toISOString(),
        n: 1.5,
      },
      expires: expect.any(Date),
    })
  })

  it('documents: a store reads either form, writes its own, and an update finds what it has read', async () => {
    const { text, document, form } = both()
    await text.set('a', sessionOf({ n: 0 }, 60_000))
    for (const [store, expected] of [
      [document, 'object'],
      [document, 'object'],
      [text, 'text'],
      [text, 'text'],
      [document, 'object'],
    ] as const) {
      const loaded = (await store.get('a')) as unknown as { n: number }
      const late = (await store.get('a')) as never
      loaded.n++
      await store.set('a', loaded as never)
      expect(await form('a')).toBe(expected)
      await expect(store.set('a', late)).rejects.toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    }
    expect(await document.get('a')).toMatchObject({ n: 5 })
    expect(await text.get('a')).toMatchObject({ n: 5 })
  })

  it("documents: types of MongoDB in others' documents become what JSON makes of them, and can be updated", async () => {
    const { document, sessions } = both()
    const _id = new ObjectId()
    const session = {
      cookie: { expires: EXPIRES, originalMaxAge: 1000, domain: null, path: '/' },
      at: EXPIRES,
      user: _id,
      bytes: new Binary(Buffer.from('bytes')),
      nothing: null,
    }
    await sessions.insertOne({ _id: 'a', session, expires: EXPIRES })
    const loaded = (await document.get('a'))!
    expect(loaded).toMatchObject({
      at: EXPIRES.toISOString(),
      user: _id.toHexString(),
      bytes: Buffer.from('bytes').toString('base64'),
      nothing: null,
    })
    const late = (await document.get('a'))!
    await document.set('a', Object.assign(loaded, { more: true }))
    await expect(document.set('a', late)).rejects.toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect(await document.get('a')).toMatchObject({ more: true, user: _id.toHexString() })
    await document.destroy('a')
    await expect(document.set('a', late)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  })

  it('documents: what others have stored without a cookie or an end is a session of the default lifetime', async () => {
    const { text, document, sessions } = both()
    await sessions.insertMany([
      { _id: 'text', session: '{"user":"Ada"}' },
      { _id: 'document', session: { user: 'Ada' }, expires: EXPIRES },
    ])
    for (const store of [text, document]) {
      for (const sid of ['text', 'document']) {
        const loaded = (await store.get(sid, undefined, { renew: 60_000 }))!
        expect(loaded).toMatchObject({ user: 'Ada', cookie: {} })
        await store.set(sid, Object.assign(loaded, { more: true }))
        expect(await store.get(sid)).toMatchObject({ user: 'Ada', more: true })
      }
      expect(Object.keys(await store.all()).sort()).toEqual(['document', 'text'])
    }
  })

  it('documents: an update is one command, also the second one of a request', async () => {
    const { dbName } = newDatabase()
    const client = openClient({ monitorCommands: true })
    const commands: string[] = []
    for (const stringify of [true, false]) {
      const store = new MongodbStore({ client, dbName, stringify, ttlIndex: false })
      onTestFinished(() => store.close())
      await store.set('a', sessionOf({ n: 1 }, 60_000))
      const loaded = (await store.get('a'))!
      const heard = ({ commandName }: { commandName: string }) => commands.push(commandName)
      client.on('commandStarted', heard)
      await store.set('a', Object.assign(loaded, { n: 2 }))
      await store.get('a')
      await store.touch('a', loaded)
      await store.destroy('a')
      client.off('commandStarted', heard)
    }
    const once = ['update', 'find', 'update', 'findAndModify']
    expect(commands).toEqual([...once, ...once])
  })

  it('documents: two stores that write by turns in different forms take one command each', async () => {
    const { dbName } = newDatabase()
    const client = openClient({ monitorCommands: true })
    const [text, document] = [true, false].map(stringify => storeOn(client, { dbName, stringify }))
    const turn = async (store = text!) => {
      const loaded = (await store.get('a'))!
      await store.set('a', Object.assign(loaded, { n: Math.random() }))
    }
    await text!.set('a', sessionOf({ n: 1 }, 60_000))
    // Each learns of the other.
    for (const store of [document, text, document, text]) await turn(store)
    const commands: string[] = []
    const heard = ({ commandName }: { commandName: string }) => commands.push(commandName)
    client.on('commandStarted', heard)
    for (const store of [document, text, document]) await turn(store)
    client.off('commandStarted', heard)
    expect(commands).toEqual(['find', 'update', 'find', 'update', 'find', 'update'])
  })
})
