import { inspect } from 'node:util'
import { type MongodbOpenOptions, MongodbStore, type MongodbStoreOptions } from '@coatcheck/store-mongodb'
import { MongoClient } from 'mongodb'
import { describe, expect, inject, it } from 'vitest'
import { newDatabase, openStore, sessionOf, storeOn } from './support/mongodb.ts'

const URL_NEEDED = 'MongodbStore.open needs a URL: mongodb://user:password@host:27017/database'

/** What a call throws. */
function thrown(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown')
}

describe('open', () => {
  it.each([undefined, '', 'localhost', 'postgres://a@b/c', 1, null])('open: %j is no URL', url => {
    expect(() => MongodbStore.open(url as string)).toThrow(new TypeError(URL_NEEDED))
  })

  it.each([
    'mongodb://ada:se@cret@host/db',
    'mongodb://ada:se/cret@host/db',
    'mongodb://ada:se%cret@host/db',
    'mongodb://ada:secret@host/db?unknownOption=1',
    'mongodb://ada:secret@host:99999/db',
    'mongodb://ada:secret@/db',
  ])('open: the error for %j has no password in it', url => {
    const error = thrown(() => MongodbStore.open(url))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/cannot be parsed: percent-encode special characters/)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/cret/)
    expect(error.cause).toBeUndefined()
  })

  it('open: neither has the error of a server that is not there', async () => {
    const store = openStore({ timeout: 100 }, 'mongodb://ada:secret@127.0.0.1:1/db')
    const error = await store.get('a').catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503 })
    expect(error).toMatchObject({ cause: { name: 'MongoServerSelectionError' } })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/secret/)
  })

  it('open: a timeout in the URL holds', async () => {
    const store = openStore({ timeout: 60_000 }, 'mongodb://127.0.0.1:1/db?serverSelectionTimeoutMS=50')
    await expect(store.get('a')).rejects.toThrow('ECONNREFUSED')
  })

  it('open: does not connect before it is used', async () => {
    const store = MongodbStore.open('mongodb://127.0.0.1:1/db')
    await store.close()
  })

  it('open: the database is the one of the URL, or the one of the option', async () => {
    const { client, dbName, sessions } = newDatabase()
    const url = new URL(inject('mongodbUrl'))
    url.pathname = `/${dbName}`
    await openStore({}, String(url)).set('a', sessionOf())
    await openStore({ dbName, collection: 'others' }).set('b', sessionOf())
    expect(await sessions.distinct('_id')).toEqual(['a'])
    expect(await client.db(dbName).collection('others').distinct('_id')).toEqual(['b'])
  })
})

describe('options', () => {
  it('timeout: is a whole number', () => {
    for (const timeout of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5', null]) {
      expect(() => MongodbStore.open('mongodb://host/', { timeout: timeout as number })).toThrow(
        new TypeError('The option "timeout" must be a whole number of milliseconds'),
      )
    }
    expect(MongodbStore.open('mongodb://host/', { timeout: 0 })).toBeInstanceOf(MongodbStore)
  })

  it.each(['stringify', 'timestamps', 'ttlIndex'])('%s: is true or false', name => {
    const options: MongodbOpenOptions = { [name]: 'no' }
    expect(() => MongodbStore.open('mongodb://host/', options)).toThrow(
      new TypeError(`The option "${name}" must be true or false`),
    )
  })

  it('client: is a MongoClient', () => {
    for (const client of [undefined, null, {}, 'mongodb://host/', Promise.resolve()]) {
      expect(() => new MongodbStore({ client } as unknown as MongodbStoreOptions)).toThrow(
        new TypeError('The option "client" must be a MongoClient'),
      )
    }
  })

  it('client: a class, or a function that makes one, is no MongoClient', () => {
    for (const client of [MongoClient, () => new MongoClient('mongodb://host/')]) {
      expect(() => new MongodbStore({ client } as unknown as MongodbStoreOptions)).toThrow(
        new TypeError(
          'The option "client" must be a MongoClient, not a class or a function that makes one: new MongoClient(url)',
        ),
      )
    }
  })

  it.each([
    ['colection', /"colection" is not an option of MongodbStore; did you mean "collection"\?/],
    ['TTL', /did you mean "ttl"\?/],
    ['timout', /did you mean "timeout"\?/],
    ['constructor', /"constructor" is not an option/],
    ['collectionName', /"collectionName" is one of connect-mongo; here it is "collection"$/],
    ['touchAfter', /is one of connect-mongo; here it is an option of the middleware, in milliseconds$/],
  ])('options: a name that is none, such as %s, is refused with the one that was meant', (name, sentence) => {
    const error = thrown(() => MongodbStore.open('mongodb://host/', { [name]: 1 }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(sentence)
    const client = new MongoClient('mongodb://host/')
    expect(() => new MongodbStore({ client, [name]: 1 })).toThrow(TypeError)
    expect(() => MongodbStore.open('mongodb://host/', { [name]: undefined })).not.toThrow()
  })

  it.each([
    ['dbName', 'must be the name of a database'],
    ['collection', 'must be the name of a collection'],
  ])('%s: is a name', (option, sentence) => {
    for (const name of ['', 1, null]) {
      const options: MongodbOpenOptions = { [option]: name as string }
      expect(() => MongodbStore.open('mongodb://host/', options)).toThrow(
        new TypeError(`The option "${option}" ${sentence}`),
      )
    }
  })

  it('transformId: gives the _id, and no condition', async () => {
    const { client, dbName, sessions } = newDatabase()
    const hashed = storeOn(client, { dbName, transformId: sid => `#${sid.length}` })
    await hashed.set('secret', sessionOf({ user: 'Ada' }))
    expect(await sessions.distinct('_id')).toEqual(['#6'])
    expect(await hashed.get('secret')).toMatchObject({ user: 'Ada' })
    const wrong = storeOn(client, { dbName, transformId: () => ({ $ne: '' }) as never })
    await expect(wrong.get('a')).rejects.toThrow(new TypeError('The id of a session must be a string'))
    await expect(wrong.destroy('a')).rejects.toThrow(TypeError)
    expect(await sessions.countDocuments()).toBe(1)
  })

  it('ids: a condition in place of an id finds nothing, and removes nothing', async () => {
    const { client, dbName, sessions } = newDatabase()
    const store = storeOn(client, { dbName })
    await store.set('a', sessionOf())
    for (const method of ['get', 'destroy'] as const) {
      await expect(store[method]({ $ne: '' } as never)).rejects.toThrow(TypeError)
    }
    expect(await sessions.countDocuments()).toBe(1)
  })
})
