import type { UpdateResult } from '@coatcheck/session'
import { MongodbStore, type MongodbStoreOptions } from '@coatcheck/store-mongodb'
import type { CommandStartedEvent } from 'mongodb'
import { inject, onTestFinished } from 'vitest'
import { newClient, newDatabase, type Version } from './mongodb.ts'

/** A lifetime in milliseconds that does not end in a test. */
export const LONG = 600_000

/** A store whose hooks can be called, as `RecordStore` calls them. */
export class Hooks extends MongodbStore {
  replace(sid: string, data: string, expected?: string): Promise<UpdateResult> {
    return this._update(sid, data, LONG, expected)
  }
  move(sid: string): Promise<boolean> {
    return this._touch(sid, LONG)
  }
  write(sid: string, data: string): Promise<void> {
    return this._write(sid, data, LONG)
  }
  add(sid: string, data: string): Promise<boolean> {
    return this._insert(sid, data, LONG)
  }
}

interface Setup extends Omit<MongodbStoreOptions, 'client'> {
  version?: Version
  /** Another server than that of the tests. */
  url?: string
  /** Options of the client. */
  given?: object
}

/** How many statements each `update` command has that the work sends. */
export type Counted = <T>(work: () => Promise<T>) => Promise<{ result: T; updates: number[] }>

/** A store in a new database that batches writes already. */
export async function batching(setup: Setup = {}) {
  const { version = 'mongodb 7', url = inject('mongodbUrl'), given = {}, ...options } = setup
  const place = newDatabase()
  const client = newClient(url, version, { monitorCommands: true, ...given })
  const store = new Hooks({ ttlIndex: false, ...options, client, dbName: place.dbName })
  onTestFinished(async () => {
    await store.close()
    await client.close()
  })
  await store.length()
  const counted: Counted = async work => {
    const updates: number[] = []
    const heard = ({ commandName, command }: CommandStartedEvent) => {
      if (commandName === 'update') updates.push(command.updates.length)
    }
    client.on('commandStarted', heard)
    const result = await work()
    client.off('commandStarted', heard)
    return { result, updates }
  }
  await untilBatched(store, counted)
  return { ...place, client, store, counted }
}

/** The first batch of a store asks the server what it does. Touches of no session change nothing. */
async function untilBatched(store: Hooks, counted: Counted): Promise<void> {
  for (;;) {
    const { updates } = await counted(() => Promise.allSettled([store.move('nobody'), store.move('no one')]))
    if (updates[0] === 2) return
  }
}
