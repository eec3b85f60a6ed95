import { type PostgresServer, startPostgres } from '@coatcheck/store-conformance/containers'
import { MongodbStore } from '@coatcheck/store-mongodb'
import { MysqlStore } from '@coatcheck/store-mysql'
import { PostgresStore } from '@coatcheck/store-postgres'
import { RedisStore } from '@coatcheck/store-redis'
import { Redis } from 'ioredis'
import { type CommandStartedEvent, MongoClient } from 'mongodb'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { countEach } from './support/counts.ts'
import { startServer } from './support/server.ts'

// The aim is one for a request that only reads, and two for any other. When the code needs fewer, lower these counts.
const ROUND_TRIPS = {
  anonymous: 0,
  new: 1,
  untouched: 1,
  read: 1,
  write: 2,
  login: 3,
  'login-at-once': 2,
  logout: 2,
}

it('Redis: commands per request, counted by MONITOR', async () => {
  const url = inject('redisUrl')
  const store = RedisStore.open(url, { prefix: 'round-trips:' })
  const client = new Redis(url)
  const monitor = await client.monitor()
  let commands = 0
  let flushed = () => {}
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (args[0] === 'echo') flushed()
    // Commands inside of a script are not round trips.
    else if (source !== 'lua' && args.some(arg => arg.startsWith('round-trips:'))) commands++
  })
  async function count(): Promise<number> {
    const seen = new Promise<void>(resolve => {
      flushed = resolve
    })
    await client.echo('so far')
    await seen
    return commands
  }

  const server = await startServer(store)
  expect(await countEach(server, count)).toEqual(ROUND_TRIPS)
  await server.close()
  await store.clear()
  await store.close()
  monitor.disconnect()
  await client.quit()
})

let postgres: PostgresServer
beforeAll(async () => {
  const args = [
    '-c',
    'shared_preload_libraries=pg_stat_statements',
    '-c',
    'pg_stat_statements.track_utility=on',
  ]
  postgres = await startPostgres({ dedicated: true, args })
})
afterAll(() => postgres.stop())

it('PostgreSQL: statements per request, counted by pg_stat_statements', async () => {
  const client = new pg.Client(postgres.options)
  await client.connect()
  await client.query('CREATE EXTENSION pg_stat_statements')
  const counting =
    "SELECT sum(calls)::int AS calls FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'"
  const count = async () => (await client.query(counting)).rows[0].calls as number

  const store = PostgresStore.open(postgres.url)
  const server = await startServer(store)
  expect(await countEach(server, count)).toEqual(ROUND_TRIPS)
  await server.close()
  await store.close()
  await client.end()
})

it('MySQL: statements per request, counted by its status', async () => {
  const url = inject('mysqlUrl')
  const client = await mysql.createConnection(url)
  let asked = 0
  async function count(): Promise<number> {
    const [rows] = await client.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Questions'")
    return Number(rows[0]!.Value) - ++asked
  }
  // One connection: each new one has statements of its own.
  const store = MysqlStore.open(url, { table: 'round_trips', max: 1 })
  const server = await startServer(store)
  // MySQL has no statement that changes or removes a row and returns it: that takes two.
  const two = { untouched: 2, read: 2, login: 4, 'login-at-once': 3, logout: 3 }
  expect(await countEach(server, count)).toEqual({ ...ROUND_TRIPS, ...two })
  await server.close()
  await store.clear()
  await store.close()
  await client.end()
})

it('MongoDB: commands per request, counted by its driver', async () => {
  const client = new MongoClient(inject('mongodbUrl'), { monitorCommands: true })
  let commands = 0
  client.on('commandStarted', (_: CommandStartedEvent) => commands++)
  const store = new MongodbStore({ client, collection: 'round_trips' })
  const server = await startServer(store)
  // MongoDB has no command that removes one document and inserts another: that is a transaction, of three.
  expect(await countEach(server, () => commands)).toEqual({ ...ROUND_TRIPS, 'login-at-once': 4 })
  await server.close()
  await store.clear()
  await store.close()
  await client.close()
})
