import { randomUUID } from 'node:crypto'
import { type RedisOpenOptions, RedisStore, type RedisStoreOptions } from '@coatcheck/store-redis'
import { Redis, type RedisOptions } from 'ioredis'
import { inject, onTestFinished } from 'vitest'

export { sessionOf } from '../../../session/test/support/session-of.ts'

/** A server of a test's own, removed when the test ends. */
export async function own<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting
  onTestFinished(() => server.stop())
  return server
}

/** The driver's own client, closed when the test ends. */
export function openClient(options: RedisOptions = {}, url: string = inject('redisUrl')): Redis {
  const client = new Redis(url, options)
  // Where connections break on purpose, commands tell.
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

/** A prefix that no other test has. */
export function freshPrefix(): string {
  return `test:${randomUUID()}:`
}

/** A store with a client of its own, closed when the test ends. */
export function openStore(options: RedisOpenOptions = {}, url: string = inject('redisUrl')): RedisStore {
  const store = RedisStore.open(url, { prefix: freshPrefix(), ...options })
  // One whose server is away may fail to say goodbye.
  onTestFinished(() => store.close().catch(() => {}))
  return store
}

/** A store on a client, with the client and the prefix to look behind it. */
export function storeOn(options: Partial<RedisStoreOptions> = {}) {
  const client = openClient()
  const prefix = freshPrefix()
  return { store: new RedisStore({ client, prefix, ...options }), client, prefix }
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('It did not fail')
}
