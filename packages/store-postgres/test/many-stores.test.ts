import type { EventEmitter } from 'node:events'
import { startPostgres } from '@coatcheck/store-conformance/containers'
import { PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'
import { describe, it } from 'vitest'
import { useServer } from '../../session/test/support/dedicated.ts'
import { throughAnOutage } from '../../session/test/support/many-stores.ts'

/** Milliseconds. On a busy machine, eleven connections may take some seconds. Without a server, they are refused at once. */
const CONNECT_LIMIT = 30_000

const server = useServer(() => startPostgres({ dedicated: true }))

describe.each([
  ['a pool of the app', 2],
  ['a single client of the app', 0],
])('eleven stores on %s', (_, max) => {
  it('an outage and a recovery make no MaxListenersExceededWarning, and leave no listener', async () => {
    const settings = { connectionString: server().url, connectionTimeoutMillis: CONNECT_LIMIT }
    const client = max > 0 ? new pg.Pool({ ...settings, max }) : new pg.Client(settings)
    if (client instanceof pg.Client) await client.connect()
    const emitter: EventEmitter = client
    await throughAnOutage(server(), {
      make: i => new PostgresStore({ client, table: `many_${max}_${i}` }),
      listeners: () => emitter.listenerCount('error'),
      // A client that has lost its connection stays without.
      recovers: max > 0,
      async end() {
        emitter.on('error', () => {})
        await client.end().catch(() => {})
      },
    })
  })
})

it('eleven stores of open: an outage and a recovery make no MaxListenersExceededWarning', async () => {
  const options = { max: 1, connectTimeout: CONNECT_LIMIT }
  await throughAnOutage(server(), {
    make: i => PostgresStore.open(server().url, { ...options, table: `own_${i}` }),
  })
})
