import { randomBytes } from 'node:crypto'
import { type MongodbOpenOptions, MongodbStore, type MongodbStoreOptions } from '@coatcheck/store-mongodb'
import { MongoClient } from 'mongodb'
import { MongoClient as MongoClient6 } from 'mongodb6'
import { inject, onTestFinished } from 'vitest'

export { sessionOf } from '../../../session/test/support/session-of.ts'

export const versions = ['mongodb 7', 'mongodb 6'] as const
export type Version = (typeof versions)[number]

/** The two drivers differ in what the store does not use. */
export type Client = MongoClient

export function newClient(url: string, version: Version = 'mongodb 7', options: object = {}): Client {
  const Class = version === 'mongodb 6' ? (MongoClient6 as unknown as typeof MongoClient) : MongoClient
  return new Class(url, options)
}

/** A client that is closed when the test ends. */
export function openClient(options: object = {}, url = inject('mongodbUrl')): Client {
  const client = newClient(url, 'mongodb 7', options)
  onTestFinished(() => client.close())
  return client
}

/** A new database and a client of it; removed when the test ends. */
export function newDatabase() {
  const dbName = `test-${randomBytes(6).toString('hex')}`
  const client = openClient()
  onTestFinished(async () => void (await client.db(dbName).dropDatabase()))
  const sessions = client.db(dbName).collection<Stored>('sessions')
  return { client, dbName, sessions }
}

/** A session as it is stored. */
export interface Stored {
  _id: string
  session: unknown
  expires?: Date
  createdAt?: Date
  updatedAt?: Date
  lastModified?: Date
}

/** A store with a client of its own, closed when the test ends. Asks for no index: tests look at what the store itself does. */
export function openStore(options: MongodbOpenOptions = {}, url = inject('mongodbUrl')): MongodbStore {
  const store = MongodbStore.open(url, { ttlIndex: false, ...options })
  onTestFinished(() => store.close())
  return store
}

/** A store on a client of the test, closed when the test ends. */
export function storeOn(
  client: MongodbStoreOptions['client'],
  options: Omit<MongodbStoreOptions, 'client'> = {},
): MongodbStore {
  const store = new MongodbStore({ ttlIndex: false, ...options, client })
  onTestFinished(() => store.close())
  return store
}
