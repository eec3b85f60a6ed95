import { createRequire } from 'node:module'
import type { Finding } from '@coatcheck/session'
import type { PostgresClient } from './client.ts'
import { layoutOf } from './layout.ts'

/** A larger difference of the clocks, in milliseconds, means that a time server does not set both of them. */
const SKEW = 5000

/** A connection of `pg`, or a pool that gives one. */
interface Connection extends PostgresClient {
  /** The parameters that the server, or a pooler in front of it, has sent when the connection was made. */
  readonly processID?: number | null
  connect?(): Promise<Connection>
  release?(): void
}

interface Diagnosed {
  readonly driver: string
  /** Whether the table needs a column for owners. */
  readonly owners: boolean
  readonly prepare: boolean
  readonly connection: PostgresClient
}

/** The findings about the server and the table, whose name is quoted. Changes nothing. */
export async function diagnose(
  client: PostgresClient,
  table: string,
  { driver, owners, prepare, connection }: Diagnosed,
): Promise<Finding[]> {
  const packages = `@coatcheck/store-postgres ${versionIn('../package.json')}, ${driver}`
  const { rows } = await client.query({
    text: "SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby",
  })
  const { version, standby } = rows[0]
  return [
    { name: 'packages', level: 'ok', text: packages },
    standby
      ? {
          name: 'server',
          level: 'problem',
          text: `PostgreSQL ${version}, a standby: sessions cannot be written`,
        }
      : { name: 'server', level: 'ok', text: `PostgreSQL ${version}` },
    await clockOf(client),
    ...(await tableOf(client, table, owners)),
    await limitsOf(client),
    await sharing(connection, prepare),
  ]
}

async function clockOf(client: PostgresClient): Promise<Finding> {
  const name = 'clock'
  const sent = Date.now()
  const { rows } = await client.query({
    text: 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
  })
  const ahead = Math.round(Number(rows[0].now) - (sent + Date.now()) / 2)
  if (Math.abs(ahead) <= SKEW) return { name, level: 'ok', text: `${ahead} ms ahead of this process` }
  const text = `${ahead} ms ahead of this process: one of the two is wrong; sessions end by the one of the server`
  return { name, level: 'warning', text }
}

async function tableOf(client: PostgresClient, table: string, owners: boolean): Promise<Finding[]> {
  const name = 'table'
  let due: string
  try {
    const layout = await layoutOf(client, table)
    if (!layout) return [{ name, level: 'ok', text: `${table} is not there yet`, missing: `table ${table}` }]
    if (owners && !layout.owners) {
      const text = `${table} has no column owner yet; the store adds it on first use`
      return [{ name, level: 'ok', text, missing: `column "owner" in the table ${table}` }]
    }
    due = layout.due
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return [{ name, level: 'problem', text: error.message }]
  }
  const { rows } = await client.query({
    text: `
      SELECT relpersistence = 'u' AS unlogged, EXISTS (
        SELECT FROM pg_catalog.pg_index AS i
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisvalid AND a.attname = $2
      ) AS indexed
      FROM pg_catalog.pg_class AS c WHERE c.oid = to_regclass($1)`,
    values: [table, due],
  })
  const { unlogged, indexed } = rows[0]
  return [
    indexed
      ? { name, level: 'ok', text: `${table}, with an index on ${due}` }
      : {
          name,
          level: 'warning',
          text: `${table} has no index on ${due}, and deleting expired sessions reads all of it: CREATE INDEX CONCURRENTLY ON ${table} (${due})`,
        },
    unlogged
      ? {
          name: 'unlogged',
          level: 'warning',
          text: 'yes: all users are logged out when the server has crashed',
        }
      : { name: 'unlogged', level: 'ok', text: 'no: sessions outlive a crash of the server' },
  ]
}

/** An abandoned statement continues in the server and keeps a connection, until a limit of the server ends it. */
async function limitsOf(client: PostgresClient): Promise<Finding> {
  const name = 'limits'
  const { rows } = await client.query({
    text: "SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock",
  })
  const { statement, lock } = rows[0]
  const missing = [
    ...(statement === '0' ? ["statement_timeout = '10s'"] : []),
    ...(lock === '0' ? ["lock_timeout = '500ms'"] : []),
  ]
  if (missing.length === 0) {
    return { name, level: 'ok', text: `statement_timeout ${statement}, lock_timeout ${lock}` }
  }
  const text = `the server continues abandoned statements: ALTER ROLE … SET ${missing.join(' and SET ')}`
  return { name, level: 'warning', text }
}

/** A pooler reports its own number for the server's process. */
async function sharing(client: Connection, prepare: boolean): Promise<Finding> {
  const name = 'prepare'
  const connection = client.processID === undefined ? await client.connect?.() : client
  try {
    const { rows } = (await connection?.query({ text: 'SELECT pg_backend_pid() AS pid' })) ?? { rows: [] }
    const said = connection?.processID
    if (typeof said !== 'number' || rows[0]?.pid === said) {
      return { name, level: 'ok', text: prepare ? 'statements are prepared' : 'statements are not prepared' }
    }
  } finally {
    if (connection !== client) connection?.release?.()
  }
  const text = 'a pooler such as PgBouncer shares the connections'
  if (!prepare) return { name, level: 'ok', text: `${text}, and statements are not prepared` }
  return { name, level: 'warning', text: `${text}: where it shares them by transaction, set prepare: false` }
}

/** A file of this package, or of a package that it can resolve. */
export function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
