import session, { type Store } from '@coatcheck/session'
import { MemoryStore } from '@coatcheck/store-memory'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { countEach } from './support/counts.ts'
import { startServer } from './support/server.ts'

// The aim is one of each for a request that only reads. When the code needs fewer, lower these counts.
const STRINGIFY = {
  anonymous: 0,
  new: 1,
  untouched: 1,
  read: 1,
  write: 1,
  login: 1,
  'login-at-once': 2,
  logout: 0,
}
const PARSE = {
  anonymous: 0,
  new: 0,
  untouched: 1,
  read: 1,
  write: 1,
  login: 1,
  'login-at-once': 1,
  logout: 1,
}

const STORES = {
  'session.MemoryStore': {
    make: () => new (session.MemoryStore as unknown as new () => Store)(),
    stringify: STRINGIFY,
    parse: PARSE,
  },
  MemoryStore: { make: () => new MemoryStore(), stringify: STRINGIFY, parse: PARSE },
  SqliteStore: { make: () => SqliteStore.open(':memory:'), stringify: STRINGIFY, parse: PARSE },
}

afterEach(() => {
  vi.restoreAllMocks()
})

async function callsOf(method: 'stringify' | 'parse', store: Store) {
  const calls = vi.spyOn(JSON, method).mock.calls
  const server = await startServer(store)
  const counts = await countEach(server, () => calls.length)
  await server.close()
  // A failure shows what was read or written, because other programs of this process may call the method too.
  const given = calls.map(([value]) => (typeof value === 'string' ? value : Object.keys(value ?? {}).join()))
  return { counts, given: given.map(text => text.slice(0, 80)).join('\n') }
}

describe.each(Object.entries(STORES))('%s', (_, { make, stringify, parse }) => {
  it('JSON.stringify: each kind of request calls it this often', async () => {
    const { counts, given } = await callsOf('stringify', make())
    expect(counts, given).toEqual(stringify)
  })

  it('JSON.parse: each kind of request calls it this often', async () => {
    const { counts, given } = await callsOf('parse', make())
    expect(counts, given).toEqual(parse)
  })
})
