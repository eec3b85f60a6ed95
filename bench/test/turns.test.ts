import session, { type Store } from '@coatcheck/session'
import { MemoryStore } from '@coatcheck/store-memory'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { countEach } from './support/counts.ts'
import { startServer } from './support/server.ts'

type Call = (...args: unknown[]) => unknown

/** Count calls of a function that come from our packages: Node's own http calls it too. */
function watch(holder: object, name: string): () => number {
  const functions = holder as Record<string, Call>
  const original = functions[name] as Call
  let calls = 0
  functions[name] = (...args) => {
    // The first line is the error's, the second is this function.
    if (new Error().stack?.split('\n')[2]?.includes('/packages/')) calls++
    return original.apply(holder, args)
  }
  onTestFinished(() => {
    functions[name] = original
  })
  return () => calls
}

/** Counts are of a server that has run for a while: Node puts its own functions in place with the first connection. */
async function turnsOf(store: Store, holder: object, name: string) {
  const server = await startServer(store)
  await server.signIn()
  const found = await countEach(server, watch(holder, name))
  await server.close()
  return found
}

const NONE = {
  anonymous: 0,
  new: 0,
  untouched: 0,
  read: 0,
  write: 0,
  login: 0,
  'login-at-once': 0,
  logout: 0,
}
/** How often the store is called. */
const CALLS = { ...NONE, new: 1, untouched: 1, read: 1, write: 2, login: 3, 'login-at-once': 2, logout: 2 }
/** How often it writes, and be it the new end of a session. */
const WRITES = { ...NONE, new: 1, untouched: 1, read: 1, write: 1, login: 2, 'login-at-once': 1, logout: 1 }

it('process.nextTick: once for each call of a RecordStore, and for what ends two sessions in one', async () => {
  const found = await turnsOf(new MemoryStore(), process, 'nextTick')
  expect(found).toEqual({ ...CALLS, 'login-at-once': 3 })
})

it('setImmediate: once for each call of session.MemoryStore', async () => {
  const store = new (session.MemoryStore as unknown as new () => Store)()
  const found = await turnsOf(store, globalThis, 'setImmediate')
  expect(found).toEqual({ ...CALLS, 'login-at-once': 3 })
})

it('setImmediate: not for a call of a RecordStore', async () => {
  expect(await turnsOf(new MemoryStore(), globalThis, 'setImmediate')).toEqual(NONE)
})

it('setImmediate: once for each write of a SqliteStore, which waits for those of the same turn', async () => {
  expect(await turnsOf(SqliteStore.open(':memory:'), globalThis, 'setImmediate')).toEqual(WRITES)
})

it('setTimeout: no request sets a timer', async () => {
  expect(await turnsOf(SqliteStore.open(':memory:'), globalThis, 'setTimeout')).toEqual(NONE)
})
