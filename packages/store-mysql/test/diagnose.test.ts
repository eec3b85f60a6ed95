import type { Finding } from '@coatcheck/session'
import type { MysqlStore } from '@coatcheck/store-mysql'
import { expect, it } from 'vitest'
import {
  EXPRESS_MYSQL_SESSION,
  newDatabase,
  openPool,
  openStore,
  rowsOf,
  sessionOf,
  storeOn,
  urlOf,
} from './support/mysql.ts'

async function found(store: MysqlStore): Promise<Record<string, Finding>> {
  return Object.fromEntries((await store.diagnose()).map(finding => [finding.name, finding]))
}

it('diagnose: versions, clock, and a table that is not there, which it does not make', async () => {
  const database = await newDatabase()
  const findings = await found(openStore({}, urlOf(database)))
  expect(findings.packages!.text).toMatch(/^@coatcheck\/store-mysql \d+\.\d+\.\d+\S*, mysql2 \d+\.\d+\.\d+$/)
  expect(findings.server!.text).toMatch(/^(MariaDB|MySQL) \d+/)
  expect(findings.clock!.text).toMatch(/^-?\d+ ms ahead of this process$/)
  expect(findings.table!.text).toBe('`sessions` is not there yet')
  expect(findings.prepare!.text).toBe('statements are prepared')
  expect(findings.limits!.text).toBe('innodb_lock_wait_timeout 1 s')
  expect(new Set(Object.values(findings).map(({ level }) => level))).toEqual(new Set(['ok']))
  expect(await rowsOf(openPool(database), 'SHOW TABLES')).toEqual([])
})

it('diagnose: a table with its index is sound, without it is a warning that tells the statement', async () => {
  const database = await newDatabase()
  const store = openStore({}, urlOf(database))
  await store.set('a', sessionOf())
  expect((await found(store)).table).toMatchObject({
    level: 'ok',
    text: '`sessions`, with an index on expires',
  })
  const pool = openPool(database)
  await pool.query('DROP INDEX expires ON sessions')
  const { table } = await found(store)
  expect(table).toMatchObject({ level: 'warning' })
  await pool.query(/ALTER TABLE .*/.exec(table!.text)![0])
  expect((await found(store)).table).toMatchObject({ level: 'ok' })
})

it('diagnose: ids that are compared without regard to case, and a table of something else, are problems', async () => {
  const pool = openPool(await newDatabase())
  await pool.query(EXPRESS_MYSQL_SESSION)
  await pool.query('CREATE TABLE coats (name text)')
  expect(await found(storeOn(pool))).not.toHaveProperty('ids')
  await pool.query(
    'ALTER TABLE sessions MODIFY session_id varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
  )
  expect(await found(storeOn(pool))).toMatchObject({
    packages: { text: expect.stringMatching(/, a client of the app$/) },
    ids: { level: 'problem', text: expect.stringContaining('utf8mb4_bin') },
  })
  expect(await found(storeOn(pool, { table: 'coats' }))).toMatchObject({
    table: { level: 'problem', text: expect.stringMatching(/is not a table of sessions/) },
  })
})

it("diagnose: a pool of the app's on which locks are waited for is a warning that tells how to set a limit", async () => {
  const pool = openPool(await newDatabase())
  expect((await found(storeOn(pool))).limits).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/^innodb_lock_wait_timeout 50 s: .*SET SESSION innodb_lock_wait_timeout = 1/),
  })
})

it('diagnose: a server that is away is a rejection', async () => {
  await expect(openStore({}, 'mysql://127.0.0.1:1/none').diagnose()).rejects.toThrow(/ECONNREFUSED/)
})
