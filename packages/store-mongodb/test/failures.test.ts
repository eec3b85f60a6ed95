import { inspect } from 'node:util'
import type { MongodbStore } from '@coatcheck/store-mongodb'
import { MongoServerError } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { newDatabase, sessionOf, storeOn } from './support/mongodb.ts'

/** Everything that a logger might write of an error: message, stack, properties hidden or not, and those of its causes. */
function textOf(error: unknown): string {
  return inspect(error, {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    getters: true,
    maxStringLength: null,
  })
}

const SID = 'the-id-of-ada'
const SECRET = 'card 4711'

/** What each call that writes or reads fails with, if it does. */
async function failuresOf(store: MongodbStore, data: object = { card: SECRET }): Promise<Error[]> {
  const session = sessionOf(data, 60_000)
  const calls = [
    () => store.set(SID, session),
    () => store.insert(SID, session),
    () => store.get(SID),
    () => store.get(SID, undefined, { renew: 60_000 }),
    () => store.touch(SID, session),
    () => store.update(SID, stored => Object.assign(stored, data)),
    () => store.exchange(`${SID}-old`, SID, session),
    () => store.destroy(SID),
    () => store.all(),
  ]
  const failures: Error[] = []
  for (const call of calls) await call().catch(error => failures.push(error))
  return failures
}

function expectNothingOfTheSession(failures: readonly Error[], least: number): void {
  expect(failures.length).toBeGreaterThanOrEqual(least)
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(Error)
    expect(failure.message).not.toBe('')
    expect(textOf(failure)).not.toMatch(/the-id-of-ada|4711/)
  }
}

describe.each([
  ['as text', true],
  ['as documents', false],
])(
  'no error has the id or anything of the session in its properties, message or stack, %s',
  (_, stringify) => {
    it('failure: another session has what an index of the app wants to be unique', async () => {
      const { client, dbName, sessions } = newDatabase()
      const store = storeOn(client, { dbName, stringify })
      await sessions.createIndex({ [stringify ? 'session' : 'session.card']: 1 }, { unique: true })
      const session = sessionOf({ card: SECRET }, 60_000)
      await store.set('first', session)
      expectNothingOfTheSession(
        [
          await store.set(SID, session).catch(error => error),
          await store.insert(SID, session).catch(error => error),
          await store.exchange('none', SID, session).catch(error => error),
        ],
        3,
      )
    })

    it('failure: a validator of the app refuses it', async () => {
      const { client, dbName } = newDatabase()
      const validator = {
        $jsonSchema: { required: ['owner'], properties: { owner: { bsonType: 'string' } } },
      }
      await client.db(dbName).createCollection('sessions', { validator })
      expectNothingOfTheSession(await failuresOf(storeOn(client, { dbName, stringify })), 2)
    })

    it('failure: it is larger than a document may be', async () => {
      const { client, dbName } = newDatabase()
      const store = storeOn(client, { dbName, stringify })
      expectNothingOfTheSession(await failuresOf(store, { card: SECRET, pad: 'x'.repeat(17_000_000) }), 2)
    })

    it('failure: nothing can be written to a view', async () => {
      const { client, dbName } = newDatabase()
      await storeOn(client, { dbName, stringify }).set(SID, sessionOf({ card: SECRET }, 60_000))
      const view = client.db(dbName)
      await view.createCollection('view', { viewOn: 'sessions', pipeline: [] })
      expectNothingOfTheSession(
        await failuresOf(storeOn(client, { dbName, collection: 'view', stringify })),
        4,
      )
    })
  },
)

it('no error has the id or anything of the session in it where the server quotes the whole command', async () => {
  const { client, dbName } = newDatabase()
  const errmsg = `not authorized on app to execute command { findAndModify: "sessions", query: { _id: "${SID}" }, update: { card: "${SECRET}" } }`
  const refused = () => Promise.reject(new MongoServerError({ errmsg, code: 13, codeName: 'Unauthorized' }))
  const sessions = {
    ...client.db(dbName).collection('sessions'),
    findOneAndDelete: refused,
    updateOne: refused,
  }
  const db = { ...client.db(dbName), command: (command: object) => client.db(dbName).command(command) }
  const store = storeOn({
    connect: () => client.connect(),
    db: () => ({ ...db, collection: () => sessions as never }),
  })
  const failures = await failuresOf(store)
  expectNothingOfTheSession(failures, 4)
  expect(failures[0]).toMatchObject({ code: 13, message: 'not authorized on app to execute command' })
})
