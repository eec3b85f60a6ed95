import type { Finding } from '@coatcheck/session'
import { startPostgres } from '@coatcheck/store-conformance/containers'
import type { PostgresStore } from '@coatcheck/store-postgres'
import { expect, it, onTestFinished } from 'vitest'
import { CONNECT_PG_SIMPLE, newSchema, openPool, openStore, sessionOf, storeOn } from './support/postgres.ts'

async function found(store: PostgresStore): Promise<Record<string, Finding>> {
  return Object.fromEntries((await store.diagnose()).map(finding => [finding.name, finding]))
}

it('diagnose: versions, clock, and a table that is not there, which it does not make', async () => {
  const schema = await newSchema()
  const findings = await found(openStore({ schema }))
  expect(findings.packages!.text).toMatch(/^@coatcheck\/store-postgres \d+\.\d+\.\d+\S*, pg \d+\.\d+\.\d+$/)
  expect(findings.server!.text).toMatch(/^PostgreSQL \d+/)
  expect(findings.clock!.text).toMatch(/^-?\d+ ms ahead of this process$/)
  expect(findings.table!.text).toBe(`"${schema}"."sessions" is not there yet`)
  expect(findings.prepare!.text).toBe('statements are prepared')
  expect(findings.limits!.text).toBe('statement_timeout 10s, lock_timeout 500ms')
  expect(new Set(Object.values(findings).map(({ level }) => level))).toEqual(new Set(['ok']))
  const { rows } = await openPool().query('SELECT FROM pg_tables WHERE schemaname = $1', [schema])
  expect(rows).toHaveLength(0)
})

it('diagnose: a table with its index; without it, or unlogged, is a warning', async () => {
  const schema = await newSchema()
  const store = openStore({ schema, unlogged: true })
  await store.set('a', sessionOf())
  expect(await found(store)).toMatchObject({
    table: { level: 'ok', text: `"${schema}"."sessions", with an index on due` },
    unlogged: { level: 'warning', text: expect.stringMatching(/^yes: /) },
  })
  const pool = openPool()
  await pool.query(
    `SET search_path = ${schema}; DROP INDEX sessions_due_idx; ALTER TABLE sessions SET LOGGED`,
  )
  expect(await found(store)).toMatchObject({
    table: {
      level: 'warning',
      text: expect.stringContaining(`("${schema}"."sessions" (due))`.slice(1, -1)),
    },
    unlogged: { level: 'ok' },
  })
})

it('diagnose: the table of connect-pg-simple is sound, one of something else is a problem', async () => {
  const schema = await newSchema()
  const pool = openPool({ max: 1 })
  await pool.query(`SET search_path = ${schema}; ${CONNECT_PG_SIMPLE}; CREATE TABLE coats (name text)`)
  expect(await found(storeOn(pool, { schema, table: 'session' }))).toMatchObject({
    packages: { text: expect.stringMatching(/, a client of the app$/) },
    table: { level: 'ok', text: `"${schema}"."session", with an index on expire` },
  })
  expect(await found(storeOn(pool, { schema, table: 'coats' }))).toMatchObject({
    table: { level: 'problem', text: expect.stringMatching(/is not a table of sessions/) },
  })
})

it("diagnose: a pool of the app's without limits in the server is a warning that tells how to set them", async () => {
  const schema = await newSchema()
  expect((await found(storeOn(openPool(), { schema }))).limits).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/ALTER ROLE … SET statement_timeout = '10s' and SET lock_timeout = '500ms'$/),
  })
  const limited = openPool({ statement_timeout: 3000, lock_timeout: 200 })
  expect((await found(storeOn(limited, { schema }))).limits).toMatchObject({
    level: 'ok',
    text: 'statement_timeout 3s, lock_timeout 200ms',
  })
})

it('diagnose: PgBouncer is seen, and leaves its pool whole', async () => {
  const server = await startPostgres({ pgbouncer: true })
  onTestFinished(() => server.stop())
  const pool = openPool({ connectionString: server.pgbouncer.url, max: 1 })
  expect((await found(storeOn(pool, {}))).prepare).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/PgBouncer.*prepare: false/),
  })
  expect((await found(storeOn(pool, { prepare: false }))).prepare).toMatchObject({
    level: 'ok',
    text: expect.stringMatching(/PgBouncer.*not prepared/),
  })
  expect([pool.totalCount, pool.idleCount]).toEqual([1, 1])
})

it('diagnose: a server that is away is a rejection', async () => {
  await expect(openStore({}, 'postgres://127.0.0.1:1/none').diagnose()).rejects.toThrow(/ECONNREFUSED/)
})
