// How long the long operations take on a million sessions, how much memory, and for how long they hold up other requests.
// Run by hand, on what `npm run build` has made: node packages/store-postgres/measure/million.mjs [sessions]
// POSTGRES_URL names a server; without it one is started in a container. The table is a new one, removed at the end.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { startPostgres } from '@coatcheck/store-conformance/containers'
import { PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'

const SESSIONS = Number(process.argv[2] ?? 1_000_000)
const MB = 2 ** 20

const server = await startPostgres()
const pool = new pg.Pool({ connectionString: server.url })
const table = `million_${process.pid}`
const store = new PostgresStore({ client: pool, table, pruneInterval: false })

/** Sessions of about 300 bytes, which end in so many hours. */
async function fill(hours) {
  await pool.query(
    `INSERT INTO ${table} (sid, data, expires)
     SELECT translate(encode(sha256(i::text::bytea), 'base64'), '+/=', '-_'),
       json_build_object(
         'cookie', json_build_object('originalMaxAge', 86400000, 'expires', '2030-01-01T00:00:00.000Z', 'httpOnly', true, 'path', '/'),
         'user', json_build_object('id', i, 'name', 'Ada Lovelace', 'roles', array['reader', 'writer']),
         'token', repeat(md5(i::text), 3)
       )::text,
       now() + $2 * interval '1 hour'
     FROM generate_series(1, $1) AS i`,
    [SESSIONS, hours],
  )
  // Not in parallel, which takes more shared memory than containers have.
  await pool.query(`VACUUM (ANALYZE, PARALLEL 0) ${table}`)
}

async function measure(name, work) {
  global.gc?.()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const before = process.memoryUsage.rss()
  let most = before
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 20)
  delay.enable()
  const start = performance.now()
  const count = await work()
  const seconds = (performance.now() - start) / 1000
  delay.disable()
  clearInterval(sampling)
  console.log(
    `${name.padEnd(8)} ${String(count).padStart(8)}  ${seconds.toFixed(1)} s  +${((most - before) / MB).toFixed(0)} MB` +
      `  longest block ${(delay.max / 1e6).toFixed(0)} ms`,
  )
}

async function main() {
  await store.length()
  await fill(1)
  const { rows } = await pool.query(
    `SELECT round(avg(length(data))) AS bytes, pg_size_pretty(pg_total_relation_size('${table}')) AS size FROM ${table}`,
  )
  console.log(
    `${SESSIONS} sessions of ${rows[0].bytes} bytes, ${rows[0].size} on disk; Node ${process.version}`,
  )

  // What the machine does to a process that does nothing.
  await measure('nothing', () => setTimeout(10_000, 0))
  await measure('count', () => store.length())
  await measure('entries', async () => {
    let count = 0
    for await (const _ of store.entries()) count++
    return count
  })
  await measure('clear', async () => {
    await store.clear()
    return SESSIONS
  })
  await fill(-1)
  await measure('prune', () => store.prune())
}

try {
  await main()
} finally {
  await pool.query(`DROP TABLE IF EXISTS ${table}`)
  await store.close()
  await pool.end()
  await server.stop()
}
