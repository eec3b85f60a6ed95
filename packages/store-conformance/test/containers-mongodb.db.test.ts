import { startMongodb, startMongodbReplicaSet } from '@coatcheck/store-conformance/containers'
import { MongoClient } from 'mongodb'
import { expect, onTestFinished, test, vi } from 'vitest'

async function dedicated() {
  const server = await startMongodb({ dedicated: true })
  onTestFinished(() => server.stop())
  const client = new MongoClient(...server.options, { serverSelectionTimeoutMS: 1000 })
  onTestFinished(() => client.close())
  return { server, numbers: client.db('app').collection('numbers') }
}

test('mongodb: comes back on its port with its data after it was killed', async () => {
  const { server, numbers } = await dedicated()
  await numbers.insertOne({ a: 1 })
  await server.stopServer()
  await expect(numbers.findOne()).rejects.toThrow()
  await server.startServer()
  expect(await numbers.findOne()).toMatchObject({ a: 1 })
  expect(server.version).toMatch(/^\d+\.\d+/)
})

test('mongodb: a frozen server answers when it goes on', async () => {
  const { server, numbers } = await dedicated()
  await numbers.insertOne({ a: 1 })
  await server.pause()
  const answer = numbers.findOne()
  const first = await Promise.race([answer, new Promise(done => setTimeout(done, 300, 'nothing'))])
  expect(first).toBe('nothing')
  await server.unpause()
  expect(await answer).toMatchObject({ a: 1 })
})

test('mongodb: of many conditional updates of one document at once, one finds its condition true', async () => {
  const { numbers } = await dedicated()
  await numbers.insertOne({ a: 0 })
  for (let a = 0; a < 20; a++) {
    const updates = Array.from({ length: 10 }, () => numbers.updateOne({ a }, { $inc: { a: 1 } }))
    const modified = (await Promise.all(updates)).map(({ modifiedCount }) => modifiedCount)
    expect(modified.reduce((sum, count) => sum + count)).toBe(1)
  }
})

test('mongodb: MONGODB_URL is used as it is, and is never stopped', async () => {
  vi.stubEnv('MONGODB_URL', 'mongodb://me:secret@example.test/app')
  onTestFinished(() => void vi.unstubAllEnvs())
  const server = await startMongodb()
  expect(server).toMatchObject({
    url: 'mongodb://me:secret@example.test/app',
    options: ['mongodb://me:secret@example.test/app'],
    version: undefined,
  })
  await expect(server.pause()).rejects.toThrow('start a dedicated one')
  await server.stop()
})

test('mongodb: is a replica set, with transactions', async () => {
  const { server } = await dedicated()
  const client = new MongoClient(...server.options)
  onTestFinished(() => client.close())
  const numbers = client.db('app').collection('numbers')
  const failure = client.withSession(session =>
    session.withTransaction(async () => {
      await numbers.insertOne({ a: 1 }, { session })
      throw new Error('not this time')
    }),
  )
  await expect(failure).rejects.toThrow('not this time')
  expect(await numbers.countDocuments()).toBe(0)
})

test('mongodb: a replica set of three gets another primary when it is told to, or when the first is killed', async () => {
  const server = await startMongodbReplicaSet()
  onTestFinished(() => server.stop())
  const client = new MongoClient(...server.options)
  onTestFinished(() => client.close())
  const numbers = client.db('app').collection('numbers')
  await numbers.insertOne({ a: 1 })
  let primary = await server.primary()
  for (const change of [server.stepDown, server.failover]) {
    await change()
    expect(server.members).toContain(primary)
    expect(await server.primary()).not.toBe(primary)
    primary = await server.primary()
    expect(await numbers.findOne()).toMatchObject({ a: 1 })
  }
  expect(server.version).toMatch(/^\d+\.\d+/)
})
