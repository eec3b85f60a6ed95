import { MongoClient } from 'mongodb'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { newDatabase, openClient, sessionOf, storeOn } from './support/mongodb.ts'

// What only MongoDB itself can show: these tests are there where it answers, and a line says so where it does not.

const client = new MongoClient(inject('mongodbUrl'))
const { version, ferretdbVersion } = await client.db('admin').command({ buildInfo: 1 })
const { setName } = await client.db('admin').command({ hello: 1 })
await client.close()
const isMongodb = ferretdbVersion === undefined

it('server: tells what it is', () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+/)
})

if (!isMongodb) console.log('mongodb: FerretDB answers, which has no TTL indexes: they are not tested')
if (!setName) console.log('mongodb: not a replica set: the step-down of a primary is not tested')

if (isMongodb) {
  describe('the index', () => {
    it('ttlIndex: MongoDB deletes what has expired', { timeout: 180_000 }, async () => {
      const { client, dbName, sessions } = newDatabase()
      const store = storeOn(client, { dbName, ttlIndex: true, pruneInterval: false })
      await store.set('long', sessionOf({}, 600_000))
      await store.set('short', sessionOf({}, 1000))
      while ((await sessions.countDocuments()) > 1) await new Promise(resolve => setTimeout(resolve, 500))
      expect(await store.ids()).toEqual(['long'])
    })

    it('ttlIndex: another index on expires is one warning', async () => {
      const { client, dbName, sessions } = newDatabase()
      const heard: string[] = []
      const listener = ({ message }: Error) => heard.push(message)
      process.on('warning', listener)
      onTestFinished(() => void process.off('warning', listener))
      await sessions.createIndex({ expires: 1 })
      const store = storeOn(client, { dbName, ttlIndex: true })
      await store.set('a', sessionOf())
      await new Promise(setImmediate)
      expect(heard).toEqual([expect.stringContaining('IndexOptionsConflict')])
    })
  })
}

if (isMongodb && setName) {
  describe('a replica set', () => {
    it('step-down: requests go on with the new primary, and no session is lost', async () => {
      const { client, dbName } = newDatabase()
      const store = storeOn(client, { dbName })
      await store.set('a', sessionOf({ n: 0 }))
      let n = 0
      const work = async () => {
        for (; n < 200; n++) await store.set('a', Object.assign((await store.get('a'))!, { n: n + 1 }))
      }
      const working = work()
      const admin = openClient().db('admin')
      // The connection may break with the answer.
      await admin.command({ replSetStepDown: 10, force: true }).catch(() => {})
      await working
      expect(await store.get('a')).toMatchObject({ n: 200 })
    })
  })
}
