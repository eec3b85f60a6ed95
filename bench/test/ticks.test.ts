import session, { type Store } from '@coatcheck/session'
import { MemoryStore } from '@coatcheck/store-memory'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { expect, it, vi } from 'vitest'
import { countEach } from './support/counts.ts'
import { startServer } from './support/server.ts'

// The packages keep the functions that they find when they are loaded, so the counters must be there before.
const counts = vi.hoisted(() => {
  type Call = (...args: unknown[]) => unknown
  const counts: Record<string, number> = {}
  for (const [name, holder] of [
    ['nextTick', process],
    ['setImmediate', globalThis],
    ['setTimeout', globalThis],
  ] as const) {
    const functions = holder as unknown as Record<string, Call>
    const original = functions[name] as Call
    counts[name] = 0
    const counting = (...args: unknown[]) => {
      // The first line is the message, the second is this function. Node's http module calls these functions too.
      if (new Error().stack?.split('\n')[2]?.includes('/packages/')) counts[name]!++
      return original.apply(holder, args)
    }
    functions[name] = Object.assign(counting, original)
  }
  return counts
})

/** Counts the calls of a function by our packages, after a first request, because Node prepares itself at the first connection. */
async function callsOf(store: Store, name: 'nextTick' | 'setImmediate' | 'setTimeout') {
  const server = await startServer(store)
  await server.signIn()
  const found = await countEach(server, () => counts[name] as number)
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
/** The number of calls of the store. */
const CALLS = { ...NONE, new: 1, untouched: 1, read: 1, write: 2, login: 3, 'login-at-once': 2, logout: 2 }
/** The number of its writes, including those of a new expiry. */
const WRITES = { ...NONE, new: 1, untouched: 1, read: 1, write: 1, login: 2, 'login-at-once': 1, logout: 1 }

it('process.nextTick: once for each call of a RecordStore, and once more for a login in one step', async () => {
  const found = await callsOf(new MemoryStore(), 'nextTick')
  expect(found).toEqual({ ...CALLS, 'login-at-once': 3 })
})

it('setImmediate: once for each call of session.MemoryStore', async () => {
  const store = new (session.MemoryStore as unknown as new () => Store)()
  const found = await callsOf(store, 'setImmediate')
  expect(found).toEqual({ ...CALLS, 'login-at-once': 3 })
})

it('setImmediate: not for a call of a RecordStore', async () => {
  expect(await callsOf(new MemoryStore(), 'setImmediate')).toEqual(NONE)
})

it('setImmediate: once for each write of a SqliteStore, which batches the writes of one tick', async () => {
  expect(await callsOf(SqliteStore.open(':memory:'), 'setImmediate')).toEqual(WRITES)
})

it('setTimeout: none, as sessions with a long life are kept alive by a sweep', async () => {
  expect(await callsOf(SqliteStore.open(':memory:'), 'setTimeout')).toEqual(NONE)
})
