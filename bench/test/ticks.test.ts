import type { Store } from '@coatcheck/session'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { countEach } from './support/counts.ts'

const NAMES = ['nextTick', 'setImmediate', 'setTimeout'] as const
type Name = (typeof NAMES)[number]
type Call = (...args: unknown[]) => unknown

const holderOf = (name: Name) => (name === 'nextTick' ? process : globalThis) as unknown as Record<Name, Call>
const counts: Record<Name, number> = { nextTick: 0, setImmediate: 0, setTimeout: 0 }
const originals = NAMES.map(name => [name, holderOf(name)[name]] as const)

/** The packages keep the functions that they find when they are loaded, so they are loaded again while these are counters. */
async function loadAgain() {
  vi.resetModules()
  const { default: session } = await import('@coatcheck/session')
  const { MemoryStore } = await import('@coatcheck/store-memory')
  const { SqliteStore } = await import('@coatcheck/store-sqlite')
  const { startServer } = await import('./support/server.ts')
  return { session, MemoryStore, SqliteStore, startServer }
}

let loaded: Awaited<ReturnType<typeof loadAgain>>

beforeAll(async () => {
  for (const [name, original] of originals) {
    const counting = (...args: unknown[]) => {
      // The first line is the message, the second is this function. Node's http module calls these functions too.
      if (new Error().stack?.split('\n')[2]?.includes('/packages/')) counts[name]++
      return original.apply(holderOf(name), args)
    }
    holderOf(name)[name] = Object.assign(counting, original)
  }
  loaded = await loadAgain()
})

afterAll(() => {
  for (const [name, original] of originals) holderOf(name)[name] = original
  vi.resetModules()
})

/** Counts the calls of a function by our packages, after a first request, because Node prepares itself at the first connection. */
async function callsOf(store: Store, name: Name) {
  const server = await loaded.startServer(store)
  await server.signIn()
  const found = await countEach(server, () => counts[name])
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
  const found = await callsOf(new loaded.MemoryStore(), 'nextTick')
  expect(found).toEqual({ ...CALLS, 'login-at-once': 3 })
})

it('setImmediate: once for each call of session.MemoryStore', async () => {
  const store = new (loaded.session.MemoryStore as unknown as new () => Store)()
  const found = await callsOf(store, 'setImmediate')
  expect(found).toEqual({ ...CALLS, 'login-at-once': 3 })
})

it('setImmediate: not for a call of a RecordStore', async () => {
  expect(await callsOf(new loaded.MemoryStore(), 'setImmediate')).toEqual(NONE)
})

it('setImmediate: once for each write of a SqliteStore, which batches the writes of one tick', async () => {
  expect(await callsOf(loaded.SqliteStore.open(':memory:'), 'setImmediate')).toEqual(WRITES)
})

it('setTimeout: none, as sessions with a long life are kept alive by a sweep', async () => {
  expect(await callsOf(loaded.SqliteStore.open(':memory:'), 'setTimeout')).toEqual(NONE)
})
