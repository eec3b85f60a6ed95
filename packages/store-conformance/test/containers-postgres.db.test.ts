import { startPostgres } from '@coatcheck/store-conformance/containers'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'

async function own<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting
  onTestFinished(() => server.stop())
  return server
}

function pool(config: pg.PoolConfig): pg.Pool {
  const made = new pg.Pool(config)
  // Connections break here on purpose.
  made.on('error', () => {})
  onTestFinished(() => made.end())
  return made
}

test('postgres: comes back on its port with its data after it was killed', async () => {
  const server = await own(startPostgres({ dedicated: true, args: ['-c', 'max_connections=42'] }))
  const clients = pool(server.options)
  expect((await clients.query('SHOW max_connections')).rows).toEqual([{ max_connections: '42' }])
  await clients.query('CREATE TABLE t (a int)')
  await clients.query('INSERT INTO t VALUES (1)')
  await server.stopServer()
  await expect(clients.query('SELECT a FROM t')).rejects.toThrow()
  await server.startServer()
  expect((await clients.query('SELECT a FROM t')).rows).toEqual([{ a: 1 }])
  expect(server.version).toMatch(/^\d+\.\d+/)
})

test('postgres: a frozen server answers when it goes on', async () => {
  const server = await own(startPostgres({ dedicated: true }))
  const clients = pool(server.options)
  await clients.query('SELECT 1')
  await server.pause()
  const answer = clients.query('SELECT 1 AS a')
  const first = await Promise.race([answer, new Promise(done => setTimeout(done, 300, 'nothing'))])
  expect(first).toBe('nothing')
  await server.unpause()
  expect((await answer).rows).toEqual([{ a: 1 }])
})

test('postgres: more clients than connections share them through PgBouncer', async () => {
  const server = await own(startPostgres({ pgbouncer: true }))
  const clients = pool({ ...server.pgbouncer.options, max: 20 })
  const backend = 'SELECT pg_backend_pid() AS pid, pg_sleep(0.02)'
  const answers = await Promise.all(Array.from({ length: 20 }, () => clients.query(backend)))
  expect(clients.totalCount).toBe(20)
  expect(new Set(answers.map(({ rows }) => rows[0].pid)).size).toBeLessThanOrEqual(5)
})

test('postgres: POSTGRES_URL is used as it is, and is never stopped', async () => {
  vi.stubEnv('POSTGRES_URL', 'postgres://me:secret@example.test/app')
  onTestFinished(() => void vi.unstubAllEnvs())
  const server = await startPostgres()
  expect(server).toMatchObject({
    url: 'postgres://me:secret@example.test/app',
    options: { connectionString: 'postgres://me:secret@example.test/app' },
    version: undefined,
  })
  await expect(server.pause()).rejects.toThrow('start a dedicated one')
  await server.stop()
})
