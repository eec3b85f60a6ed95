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

it('ttlIndex: a server that makes none, or that has made one, is no failure, and is told once at most', async () => {
  const heard = warnings()
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName, ttlIndex: true })
  await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
  await store.get('a')
  await told()
  const made = (await sessions.indexes()).find(({ name }) => name === 'expires_1')
  if (made) expect(made).toMatchObject({ key: { expires: 1 }, expireAfterSeconds: 0 })
  expect(heard).toHaveLength(made ? 0 : 1)
  for (const warning of heard) expect(warning).toMatch(/refused an index .* collection "sessions"/)
  expect(await store.get('a')).toMatchObject({ user: 'Ada' })
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
  expect(heard[0]).toContain(`(${codeName}: no such index): the store deletes them itself`)
})

it('ttlIndex: a server that was not there is asked again at the next call', async () => {
  const heard = warnings()
  const { client, dbName } = newDatabase()
  const failure = Object.assign(new Error('connect ECONNREFUSED'), { name: 'MongoServerSelectionError' })
  const store = storeOn(refusing(client, failure), { dbName, ttlIndex: true })
  await expect(store.get('a')).rejects.toBe(failure)
  await expect(store.get('a')).rejects.toBe(failure)
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
