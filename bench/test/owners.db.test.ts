import type { RecordStore } from '@coatcheck/session'
import { MongodbStore } from '@coatcheck/store-mongodb'
import { MysqlStore } from '@coatcheck/store-mysql'
import { PostgresStore } from '@coatcheck/store-postgres'
import { RedisStore } from '@coatcheck/store-redis'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { expect, inject, it } from 'vitest'
import { countEach } from './support/counts.ts'
import type { Path } from './support/server.ts'
import { startServer } from './support/server.ts'

/** Counts round trips: commands that are sent together, or while others are under way, are one. */
class Trips {
  count = 0
  #underWay = 0

  begin(): void {
    if (this.#underWay++ === 0) this.count++
  }

  end(): void {
    this.#underWay--
  }

  /** Has the client count the calls of this method, which returns promises. */
  // biome-ignore lint/suspicious/noExplicitAny: clients of several drivers
  watch(client: any, ...methods: string[]): void {
    for (const method of methods) {
      const original = client[method].bind(client)
      client[method] = (...args: unknown[]) => {
        this.begin()
        const answer = original(...args)
        // A driver may look at its own promise and not at what this returns, so a failure must not be one of a second promise.
        const end = () => this.end()
        answer.then(end, end)
        return answer
      }
    }
  }
}

/** A store with or without owners on a client whose round trips are counted, and how to close both. */
type Opened = { store: RecordStore; close(): Promise<unknown> }

const KINDS: Record<string, (trips: Trips, options: { owner?: string }, place: string) => Opened> = {
  Redis(trips, options, place) {
    const client = new Redis(inject('redisUrl'))
    trips.watch(client, 'sendCommand')
    return { store: new RedisStore({ client, prefix: `${place}:`, ...options }), close: () => client.quit() }
  },
  PostgreSQL(trips, options, place) {
    const client = new pg.Pool({ connectionString: inject('postgresUrl') })
    trips.watch(client, 'query')
    return { store: new PostgresStore({ client, table: place, ...options }), close: () => client.end() }
  },
  MySQL(trips, options, place) {
    const client = mysql.createPool(inject('mysqlUrl'))
    trips.watch(client, 'query', 'execute')
    return { store: new MysqlStore({ client, table: place, ...options }), close: () => client.end() }
  },
  MongoDB(trips, options, place) {
    const client = new MongoClient(inject('mongodbUrl'), { monitorCommands: true })
    client.on('commandStarted', () => trips.begin())
    for (const event of ['commandSucceeded', 'commandFailed'] as const) client.on(event, () => trips.end())
    return {
      store: new MongodbStore({ client, collection: place, ...options }),
      close: () => client.close(),
    }
  },
}

async function tripsOf(kind: string, options: { owner?: string }): Promise<Record<Path, number>> {
  const trips = new Trips()
  const place = `bench_owners_${process.pid}_${options.owner ?? 'none'}`
  const { store, close } = KINDS[kind]!(trips, options, place)
  // Before the count: the connection, and the table.
  await store.get('nobody')
  const server = await startServer(store)
  try {
    return await countEach(server, () => trips.count)
  } finally {
    await server.close()
    await store.clear()
    await store.close()
    await close()
  }
}

/** What the option costs more. Redis adds the id to the set of its owner before it writes the session. */
const MORE: Record<string, Partial<Record<Path, number>>> = {
  Redis: { new: 1, login: 1, 'login-at-once': 1 },
}

it.each(Object.keys(KINDS))(
  '%s: owners cost at most one more round trip on a login, and none on a read',
  async kind => {
    const without = await tripsOf(kind, {})
    const owners = await tripsOf(kind, { owner: 'customer' })
    const more = Object.entries(owners).map(([path, count]) => [path, count - without[path as Path]] as const)
    expect(Object.fromEntries(more.filter(([, count]) => count !== 0))).toEqual(MORE[kind] ?? {})
  },
)
