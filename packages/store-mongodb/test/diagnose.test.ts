import type { Finding } from '@coatcheck/session'
import type { MongodbStore } from '@coatcheck/store-mongodb'
import { expect, it } from 'vitest'
import { newDatabase, openStore, sessionOf, storeOn } from './support/mongodb.ts'

async function found(store: MongodbStore): Promise<Record<string, Finding>> {
  return Object.fromEntries((await store.diagnose()).map(finding => [finding.name, finding]))
}

it('diagnose: versions, kind and clock of the server, and a collection that is not there, which it does not make', async () => {
  const { client, dbName } = newDatabase()
  const findings = await found(openStore({ dbName }))
  expect(findings.packages!.text).toMatch(
    /^@coatcheck\/store-mongodb \d+\.\d+\.\d+\S*, mongodb \d+\.\d+\.\d+$/,
  )
  expect(findings.server!.text).toMatch(/^MongoDB [\d.]+, (one server alone|sharded|replica set ".+")$/)
  expect(findings.clock!.text).toMatch(/^-?\d+ ms ahead of this process$/)
  expect(findings['TTL index']!.text).toBe('the collection "sessions" is not there yet')
  expect(new Set(Object.values(findings).map(({ level }) => level))).toEqual(new Set(['ok']))
  expect(await client.db(dbName).listCollections().toArray()).toEqual([])
})

it('diagnose: a collection without the index is a warning where the store wants it', async () => {
  const { client, dbName } = newDatabase()
  const without = storeOn(client, { dbName, ttlIndex: false })
  await without.set('a', sessionOf())
  expect((await found(without))['TTL index']).toMatchObject({
    level: 'ok',
    text: expect.stringMatching(/^none/),
  })
  const store = storeOn(client, { dbName, ttlIndex: true })
  expect((await found(store))['TTL index']).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/^none: expired sessions are deleted by the store alone/),
  })
})

it('diagnose: whoever has the index is told that MongoDB deletes', async () => {
  const { client, dbName } = newDatabase()
  const store = storeOn(client, { dbName, ttlIndex: true })
  await store.set('a', sessionOf())
  expect((await found(store))['TTL index']).toMatchObject({
    level: 'ok',
    text: 'MongoDB deletes expired sessions',
  })
  expect((await found(store)).packages!.text).toMatch(/, a client of the app$/)
})

it('diagnose: a server that is away is a rejection', async () => {
  const store = openStore({ timeout: 200 }, 'mongodb://127.0.0.1:1/none')
  // On a busy machine, the time is over before the connection is refused.
  await expect(store.diagnose()).rejects.toThrow(/^MongoDB is not available: /)
})
