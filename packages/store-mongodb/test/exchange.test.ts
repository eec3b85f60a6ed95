import type { MongodbClient } from '@coatcheck/store-mongodb'
import { MongoServerError } from 'mongodb'
import { expect, it } from 'vitest'
import { type Client, newDatabase, sessionOf, storeOn } from './support/mongodb.ts'

type Call = (...given: unknown[]) => Promise<unknown>

/** A client whose collections have these methods in place of the driver's. */
function withMethods(client: Client, replaced: (method: Record<string, Call>) => Record<string, Call>) {
  const collectionOf = (dbName: string | undefined, name: string) => {
    const collection = client.db(dbName).collection(name)
    const bound = {
      findOneAndDelete: collection.findOneAndDelete.bind(collection) as unknown as Call,
      updateOne: collection.updateOne.bind(collection) as unknown as Call,
    }
    return Object.assign(Object.create(collection), replaced(bound))
  }
  const db = (dbName?: string) => ({
    command: (command: object) => client.db(dbName).command(command),
    collection: (name: string) => collectionOf(dbName, name),
  })
  return {
    connect: () => client.connect(),
    startSession: () => client.startSession(),
    db,
  } as unknown as MongodbClient
}

it('exchange: a step that fails leaves everything as it was', async () => {
  const { client, dbName, sessions } = newDatabase()
  const failure = new Error('the disk is full')
  const failing = withMethods(client, ({ updateOne }) => ({
    updateOne: (...given) => {
      const [, , options] = given as [unknown, unknown, { session?: unknown }?]
      return options?.session ? Promise.reject(failure) : updateOne!(...given)
    },
  }))
  const store = storeOn(failing, { dbName })
  await store.set('old', sessionOf({ user: 'Ada' }))
  await expect(store.exchange('old', 'new', sessionOf())).rejects.toBe(failure)
  expect(await sessions.distinct('_id')).toEqual(['old'])
  expect(await store.get('old')).toMatchObject({ user: 'Ada' })
})

it('exchange: on a server without transactions it is two steps', async () => {
  const { client, dbName, sessions } = newDatabase()
  let refused = 0
  const refusing = withMethods(client, ({ findOneAndDelete }) => ({
    findOneAndDelete: (...given) => {
      const [, options] = given as [unknown, { session?: unknown }?]
      if (!options?.session) return findOneAndDelete!(...given)
      refused++
      const message = 'Transaction numbers are only allowed on a replica set member or mongos'
      return Promise.reject(new MongoServerError({ code: 20, codeName: 'IllegalOperation', message }))
    },
  }))
  const { startSession: _, ...without } = refusing
  for (const [i, one] of [refusing, without].entries()) {
    const store = storeOn(one, { dbName })
    await store.set('old', sessionOf())
    expect(await store.exchange('old', `new ${i}`, sessionOf({ user: 'Ada' }))).toBe(true)
    expect(await store.exchange('old', 'never', sessionOf(), { required: true })).toBe(false)
    expect(await store.get(`new ${i}`)).toMatchObject({ user: 'Ada' })
  }
  expect(await sessions.distinct('_id')).toEqual(['new 0', 'new 1'])
  expect(refused).toBe(2)
})

it('exchange: of many at once with the same session, one has it, and all are answered', async () => {
  const { client, dbName } = newDatabase()
  const store = storeOn(client, { dbName })
  await store.set('old', sessionOf())
  const each = Array.from({ length: 20 }, (_, i) =>
    store.exchange('old', `new ${i}`, sessionOf(), { required: true }),
  )
  expect((await Promise.all(each)).filter(Boolean)).toHaveLength(1)
  expect(await store.length()).toBe(1)
})
