import { setTimeout as sleep } from 'node:timers/promises'
import type { MongodbClient } from '@coatcheck/store-mongodb'
import { MongoServerError } from 'mongodb'
import { expect, it, onTestFinished } from 'vitest'
import { type Client, newDatabase, openClient, sessionOf, storeOn } from './support/mongodb.ts'

/** Warnings of the process until the test ends. */
function warnings(): string[] {
  const heard: string[] = []
  const listener = ({ message }: Error) => heard.push(message)
  process.on('warning', listener)
  onTestFinished(() => void process.off('warning', listener))
  return heard
}

/** A client whose server answers so to the wish for an index. */
function refusing(client: Client, error: Error): MongodbClient {
  const collection = (db: string | undefined, name: string) =>
    Object.assign(Object.create(client.db(db).collection(name)), {
      createIndex: () => Promise.reject(error),
    })
  const db = (dbName?: string) => ({
    command: (command: object) => client.db(dbName).command(command),
    collection: (name: string) => collection(dbName, name),
  })
  return { connect: () => client.connect(), db } as unknown as MongodbClient
}

/** A turn later than warnings are told. */
const told = () => new Promise(setImmediate)

it('ttlIndex: is made when the store is opened, in silence', async () => {
  const heard = warnings()
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName, ttlIndex: true })
  await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
  await store.get('a')
  await told()
  const made = (await sessions.indexes()).find(({ name }) => name === 'expires_1')
  expect(made).toMatchObject({ key: { expires: 1 }, expireAfterSeconds: 0 })
  expect(heard).toEqual([])
  expect(await store.get('a')).toMatchObject({ user: 'Ada' })
})

it('ttlIndex: MongoDB deletes what has expired, and nothing else', { timeout: 180_000 }, async () => {
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName, ttlIndex: true, pruneInterval: false })
  await store.set('long', sessionOf({}, 600_000))
  await store.set('short', sessionOf({}, 50))
  await sessions.insertOne({ _id: 'no end', session: '{"cookie":{}}' })
  while ((await sessions.countDocuments()) > 2) await sleep(100)
  expect((await store.ids()).sort()).toEqual(['long', 'no end'])
})

it('ttlIndex: another index on expires is one warning, and the store deletes by itself', async () => {
  const heard = warnings()
  const { client, dbName, sessions } = newDatabase()
  await sessions.createIndex({ expires: 1 })
  const store = storeOn(client, { dbName, ttlIndex: true })
  await sessions.insertOne({ _id: 'old', session: '{"cookie":{}}', expires: new Date(0) })
  await store.set('a', sessionOf())
  await told()
  expect(heard).toEqual([
    expect.stringMatching(/refused an index .* collection "sessions" \(IndexOptionsConflict/),
  ])
  expect(await store.prune()).toBe(1)
  expect(await store.ids()).toEqual(['a'])
})

it('ttlIndex: one with a delay, or on more fields, is left as it is, and expired sessions are not seen', async () => {
  const { client, dbName, sessions } = newDatabase()
  await sessions.createIndex({ expires: 1 }, { expireAfterSeconds: 3600 })
  const heard = warnings()
  const store = storeOn(client, { dbName, ttlIndex: true })
  await sessions.insertOne({ _id: 'old', session: '{"cookie":{}}', expires: new Date(0) })
  expect(await store.get('old')).toBeUndefined()
  await told()
  expect(heard).toHaveLength(1)
  expect((await sessions.indexes()).map(({ expireAfterSeconds }) => expireAfterSeconds)).toEqual([
    undefined,
    3600,
  ])
})

it.each([
  [85, 'IndexOptionsConflict'],
  [86, 'IndexKeySpecsConflict'],
  [13, 'Unauthorized'],
])('ttlIndex: code %i, %s, is one warning', async (code, codeName) => {
  const heard = warnings()
  const { client, dbName } = newDatabase()
  const error = new MongoServerError({ code, codeName, message: 'no such index' })
  const store = storeOn(refusing(client, error), { dbName, ttlIndex: true })
  await store.set('a', sessionOf())
  await store.set('b', sessionOf())
  await told()
  expect(heard).toHaveLength(1)
  expect(heard[0]).toContain(`(${codeName}: no such index). The store itself deletes them`)
})

it('ttlIndex: a server that was not there is asked again at the next call', async () => {
  const heard = warnings()
  const { client, dbName } = newDatabase()
  const failure = Object.assign(new Error('connect ECONNREFUSED'), { name: 'MongoServerSelectionError' })
  const store = storeOn(refusing(client, failure), { dbName, ttlIndex: true })
  for (let call = 1; call <= 2; call++) {
    const told = { code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503, cause: failure }
    await expect(store.get('a')).rejects.toMatchObject(told)
  }
  await told()
  expect(heard).toEqual([])
})

it('ttlIndex: false asks for none', async () => {
  const { dbName } = newDatabase()
  const client = openClient({ monitorCommands: true })
  const commands: string[] = []
  client.on('commandStarted', ({ commandName }) => commands.push(commandName))
  const store = storeOn(client, { dbName, ttlIndex: false })
  await store.get('a')
  expect(commands).toEqual(['hello', 'find'])
})

it('prune: deletes what has expired without an index, in batches, and nothing else', async () => {
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName })
  const [past, future] = [new Date(Date.now() - 1000), new Date(Date.now() + 60_000)]
  const session = '{"cookie":{}}'
  await sessions.insertMany(
    Array.from({ length: 2300 }, (_, i) => ({ _id: `old ${i}`, session, expires: past })),
  )
  await sessions.insertMany([
    { _id: 'new', session, expires: future },
    { _id: 'no end', session },
  ])
  expect(await store.length()).toBe(2)
  expect(await store.prune()).toBe(2300)
  expect(await store.prune()).toBe(0)
  expect(await sessions.distinct('_id')).toEqual(['new', 'no end'])
})

it('prune: happens by itself, every pruneInterval', async () => {
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName, pruneInterval: 20 })
  await sessions.insertOne({ _id: 'a', session: '{"cookie":{}}', expires: new Date(0) })
  await store.length()
  while (await sessions.countDocuments()) await new Promise(setImmediate)
})
