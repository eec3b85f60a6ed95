import { createRequire } from 'node:module'
import type { Finding } from '@coatcheck/session'
import { layoutOf } from './layout.ts'
import type { Runner } from './runner.ts'

/** A larger difference of the clocks, in milliseconds, means that a time server does not set both of them. */
const SKEW = 5000
/** A longer wait for a locked row, in seconds, makes a page late. */
const LONG_WAIT = 10

/** The findings about the server and the table, whose name is quoted. Changes nothing. */
export async function diagnose(
  runner: Runner,
  table: string,
  { driver, owners }: { driver: string; owners: boolean },
): Promise<Finding[]> {
  const packages = `@coatcheck/store-mysql ${versionIn('../package.json')}, ${driver}`
  return [
    { name: 'packages', level: 'ok', text: packages },
    await serverOf(runner),
    await clockOf(runner),
    ...(await tableOf(runner, table, owners)),
    await limitsOf(runner),
    {
      name: 'prepare',
      level: 'ok',
      text: runner.prepare ? 'statements are prepared' : 'statements are not prepared',
    },
  ]
}

async function serverOf(runner: Runner): Promise<Finding> {
  const name = 'server'
  const { rows } = await runner.query('SELECT VERSION() AS version, @@read_only AS readOnly')
  const { version, readOnly } = rows[0]
  const text = /MariaDB/i.test(version) ? `MariaDB ${version.split('-')[0]}` : `MySQL ${version}`
  if (Number(readOnly) === 0) return { name, level: 'ok', text }
  return { name, level: 'problem', text: `${text}, read-only: sessions cannot be written` }
}

async function clockOf(runner: Runner): Promise<Finding> {
  const name = 'clock'
  const sent = Date.now()
  const { rows } = await runner.query(
    "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000 AS now",
  )
  const ahead = Math.round(Number(rows[0].now) - (sent + Date.now()) / 2)
  if (Math.abs(ahead) <= SKEW) return { name, level: 'ok', text: `${ahead} ms ahead of this process` }
  const text = `${ahead} ms ahead of this process: one of the two is wrong; sessions end by the one of the server`
  return { name, level: 'warning', text }
}

async function tableOf(runner: Runner, table: string, owners: boolean): Promise<Finding[]> {
  const name = 'table'
  let exact: boolean
  try {
    const layout = await layoutOf(runner, table)
    if (!layout) return [{ name, level: 'ok', text: `${table} is not there yet`, missing: `table ${table}` }]
    if (owners && !layout.owners) {
      const text = `${table} has no column owner yet; the store adds it on first use`
      return [{ name, level: 'ok', text, missing: `column "owner" in the table ${table}` }]
    }
    exact = layout.exact
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return [{ name, level: 'problem', text: error.message }]
  }
  const { rows } = await runner.query(
    `SHOW INDEX FROM ${table} WHERE Column_name = 'expires' AND Seq_in_index = 1`,
  )
  const findings: Finding[] = [
    rows.length > 0
      ? { name, level: 'ok', text: `${table}, with an index on expires` }
      : {
          name,
          level: 'warning',
          text: `${table} has no index on expires, and deleting expired sessions reads all of it: ALTER TABLE ${table} ADD INDEX expires (expires)`,
        },
  ]
  if (!exact) {
    const text = `${table} does not distinguish ids that differ only in upper and lower case: its ids need the collation utf8mb4_bin`
    findings.push({ name: 'ids', level: 'problem', text })
  }
  return findings
}

/** How long a statement waits for a row that another transaction has locked. */
async function limitsOf(runner: Runner): Promise<Finding> {
  const name = 'limits'
  const { rows } = await runner.query('SELECT @@innodb_lock_wait_timeout AS seconds')
  const seconds = Number(rows[0].seconds)
  const text = `innodb_lock_wait_timeout ${seconds} s`
  if (seconds <= LONG_WAIT) return { name, level: 'ok', text }
  return {
    name,
    level: 'warning',
    text: `${text}: a request waits that long for a locked row: SET SESSION innodb_lock_wait_timeout = 1 on each connection`,
  }
}

/** A file of this package, or of a package that it can resolve. */
export function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
