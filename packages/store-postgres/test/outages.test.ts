import { type DatabaseServer, startPostgres } from '@coatcheck/store-conformance/containers'
import { PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { describeOutages, startApp } from '../../session/test/support/outages.ts'
import { storeOn } from './support/postgres.ts'

describeOutages('PostgreSQL', {
  start: () => startPostgres({ dedicated: true }),
  open: (url, options) => PostgresStore.open(url, options),
  async administer(url) {
    const admin = new pg.Client(url)
    await admin.connect()
    onTestFinished(() => admin.end())
    const all = "SELECT pid AS connection FROM pg_stat_activity WHERE application_name = 'coatcheck'"
    return {
      connections: async () => (await admin.query(all)).rows.map(row => row.connection),
      end: connection => admin.query('SELECT pg_terminate_backend($1)', [connection]),
    }
  },
  own: itHasAPool,
})

function itHasAPool(server: () => DatabaseServer): void {
  it('pool: one that has no connection left is told so, and the request goes on when there is one', async () => {
    const pool = new pg.Pool({ connectionString: server().url, max: 1, connectionTimeoutMillis: 200 })
    onTestFinished(() => pool.end())
    const app = await startApp(storeOn(pool, { table: 'held' }))
    const cookie = await app.begin()
    const held = await pool.connect()
    for (const reply of await app.burst(cookie)) {
      expect(reply).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_UNAVAILABLE' })
    }
    const waiting = app.get(cookie)
    while (pool.waitingCount === 0) await new Promise(setImmediate)
    held.release()
    expect(await waiting).toMatchObject({ status: 200, text: '2' })
    expect(pool.listenerCount('error')).toBe(1)
  })

  it('pool: without a timeout of its own, storeTimeout ends the wait', async () => {
    const pool = new pg.Pool({ connectionString: server().url, max: 1 })
    onTestFinished(() => pool.end())
    const app = await startApp(storeOn(pool, { table: 'held' }), { storeTimeout: 1000 })
    const cookie = await app.begin()
    const held = await pool.connect()
    expect(await app.get(cookie)).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_TIMEOUT' })
    held.release()
    // On a busy machine, a request may need a second try.
    let reply = await app.get(cookie)
    while (reply.status !== 200) reply = await app.get(cookie)
    expect(Number(reply.text)).toBeGreaterThan(1)
  })
}
