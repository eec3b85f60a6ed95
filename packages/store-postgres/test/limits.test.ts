import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '@coatcheck/store-conformance/containers'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { describeLocks } from '../../session/test/support/locks.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { holdRow, newSchema, openPool, openStore, sessionOf, urlOf } from './support/postgres.ts'

/** Waits until it is so. The test's own time is the limit. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20)
}

/** Connections to the server that tell this name. */
function backends(name: string) {
  const admin = openPool({ max: 1 })
  const count = 'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1'
  return async () => (await admin.query(count, [name])).rows[0].count as number
}

/** A connection that holds a lock on the table until `release`. */
async function lockTable(table: string, mode = 'ACCESS EXCLUSIVE') {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('BEGIN')
  await client.query(`LOCK TABLE ${table} IN ${mode} MODE`)
  return { release: () => client.query('COMMIT') }
}

describeLocks({
  place: newSchema,
  open: (schema, options) => openStore({ schema, ...options }, urlOf({ application_name: schema })),
  connections: backends,
  holdRow: (schema, sid) => holdRow(`${schema}.sessions`, sid),
  lockTable: (schema, whom) => lockTable(`${schema}.sessions`, whom === 'all' ? 'ACCESS EXCLUSIVE' : 'SHARE'),
  patience: ['a read', 1200],
  touch: { queryTimeout: 300 },
})

describe('limits in the server', () => {
  it('open: a connection on which the server has refused a statement is kept', async () => {
    const schema = await newSchema()
    const pool = openPool({ max: 1 })
    await pool.query(
      `CREATE TABLE ${schema}.sessions (sid varchar(5) PRIMARY KEY, data text, expires timestamptz)`,
    )
    const store = openStore({ schema, max: 1 }, urlOf({ application_name: schema }))
    const pids = async () => {
      const all = 'SELECT pid FROM pg_stat_activity WHERE application_name = $1'
      return (await pool.query(all, [schema])).rows
    }
    await store.set('a', sessionOf())
    const before = await pids()
    await expect(store.set('a name that is too long', sessionOf())).rejects.toMatchObject({ code: '22001' })
    await store.set('b', sessionOf())
    expect([await pids(), await store.length()]).toEqual([before, 2])
  })

  it('open: a URL may set other limits', async () => {
    const store = openStore({ schema: await newSchema() }, urlOf({ statement_timeout: '1234' }))
    const limits = (await store.diagnose()).find(({ name }) => name === 'limits')
    expect(limits?.text).toBe('statement_timeout 1234ms, lock_timeout 500ms')
  })

  it('open: PgBouncer, which refuses limits, is used without them', async () => {
    const server = await startPostgres({ pgbouncer: true })
    onTestFinished(() => server.stop())
    const store = openStore({ prepare: false }, server.pgbouncer.url)
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.set(`${i}`, sessionOf())))
    expect(await store.length()).toBe(20)
    const findings = Object.fromEntries((await store.diagnose()).map(finding => [finding.name, finding]))
    expect(findings).toMatchObject({ limits: { level: 'warning' }, prepare: { level: 'ok' } })
  })
})

describe('a process that is killed', () => {
  const built = useBuilt({ stores: ['store-postgres'] })

  it('open: leaves nothing in the server, whatever its statements waited for', async () => {
    const schema = await newSchema()
    const store = openStore({ schema })
    await store.set('a', sessionOf())
    const count = backends(`${schema} child`)
    const { release } = await lockTable(`${schema}.sessions`)
    const url = urlOf({ application_name: `${schema} child` })
    const { child, ended } = runProcess(
      built.folder,
      `
      import { PostgresStore } from '@coatcheck/store-postgres'
      const store = PostgresStore.open(${JSON.stringify(url)}, { schema: '${schema}', queryTimeout: 1000 })
      for (let i = 0; i < 5; i++) store.set(String(i), { cookie: {} }).catch(() => {})
      setInterval(() => {}, 1000)
    `,
    )
    await until(async () => (await count()) === 5)
    child.kill('SIGKILL')
    await ended.catch(() => {})
    await until(async () => (await count()) === 0)
    await release()
  })
})

describe('a read that cannot renew', () => {
  const SIDS = Array.from({ length: 8 }, (_, i) => `sid ${i}`)
  const renewing = (store: ReturnType<typeof openStore>, sids: string[]) =>
    Promise.all(sids.map(sid => store.get(sid, undefined, { renew: 60_000 })))

  it.each([[SIDS.slice(0, 1)], [SIDS]])(
    'renew: a table that takes no writes at the moment is read (%#)',
    async sids => {
      const schema = await newSchema()
      const store = openStore({ schema })
      await Promise.all(sids.map(sid => store.set(sid, sessionOf({ sid }, 60_000))))
      // As CREATE INDEX takes it.
      const { release } = await lockTable(`${schema}.sessions`, 'SHARE')
      for (let i = 0; i < 3; i++) {
        expect(await renewing(store, sids)).toMatchObject(sids.map(sid => ({ sid })))
      }
      await release()
    },
  )

  // Read-only, disk full, no right, cancelled by statement_timeout, locked, and whatever a trigger has to say.
  it.each(['25006', '53100', '42501', '57014', '55P03', 'P0001'])(
    'renew: a server that refuses with %s lets sessions be read, alone and together',
    async code => {
      const schema = await newSchema()
      const pool = openPool({ max: 1 })
      const store = openStore({ schema })
      await Promise.all(SIDS.map(sid => store.set(sid, sessionOf({ sid }, 60_000))))
      await pool.query(`
        CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON ${schema}.sessions EXECUTE FUNCTION ${schema}.refuse()`)
      for (const sids of [SIDS.slice(0, 1), SIDS]) {
        expect(await renewing(openStore({ schema }), sids)).toMatchObject(sids.map(sid => ({ sid })))
      }
      await expect(store.touch(SIDS[0]!, sessionOf({}, 60_000))).rejects.toThrow()
    },
  )

  it("renew: a pool of the app's with a statement_timeout is read, too", async () => {
    const schema = await newSchema()
    const store = openStore({ schema }, urlOf({ statement_timeout: '100', lock_timeout: '0' }))
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const { release } = await lockTable(`${schema}.sessions`, 'SHARE')
    expect(await renewing(store, ['a'])).toMatchObject([{ n: 1 }])
    await release()
  })

  it('renew: goes on when the server takes writes again', async () => {
    const schema = await newSchema()
    const store = openStore({ schema })
    const pool = openPool({ max: 1 })
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const { release } = await lockTable(`${schema}.sessions`, 'SHARE')
    await renewing(store, ['a'])
    await release()
    const version = async () => (await pool.query(`SELECT xmin FROM ${schema}.sessions`)).rows[0].xmin
    const before = await version()
    await until(async () => {
      await renewing(store, ['a'])
      return (await version()) !== before
    })
  })
})
