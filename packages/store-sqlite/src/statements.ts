import type { SqliteClient, SqliteStatement } from './client.ts'
import { isResult } from './failures.ts'
import type { Layout } from './layout.ts'

/** Every statement of the store, and the layout of its table. */
export type Statements = Readonly<Record<keyof ReturnType<typeof texts>, SqliteStatement>> & {
  readonly layout: Layout
}

/** Prepare each statement once. */
export function prepare(client: SqliteClient, table: string, layout: Layout): Statements {
  const all = Object.entries(texts(quote(table), layout))
  const wanted = all.filter(([operation]) => operation !== 'owned' || layout.owners)
  const prepared = wanted.map(([operation, text]) => [operation, client.prepare(text)] as const)
  return { layout, ...Object.fromEntries(prepared) } as Statements
}

/** Create the table and the index for pruning if they do not exist. A read-only file is left unchanged. */
export function createSchema(client: SqliteClient, table: string, layout: Layout): void {
  try {
    client.exec(schema(table, layout))
    if (layout.owners) addOwners(client, table)
  } catch (error) {
    if (!isResult(error, 'READONLY')) throw error
  }
}

/** Add the column and its index, unless they are there, or another process adds them at the same time. */
function addOwners(client: SqliteClient, table: string): void {
  const hasColumn = () =>
    client.prepare("SELECT 1 FROM pragma_table_info(?) WHERE name = 'owner'").all(table).length > 0
  if (!hasColumn()) {
    try {
      client.exec(`ALTER TABLE ${quote(table)} ADD COLUMN owner TEXT`)
    } catch (error) {
      if (!hasColumn()) throw error
    }
  }
  client.exec(
    `CREATE INDEX IF NOT EXISTS ${quote(`${table}_owner`)} ON ${quote(table)} (owner) WHERE owner IS NOT NULL`,
  )
}

function schema(name: string, { due, expires }: Layout): string {
  const table = quote(name)
  // Not WITHOUT ROWID: with it, a session of more than a quarter of a page takes separate pages.
  const ours = `
    CREATE TABLE IF NOT EXISTS ${table} (
      sid TEXT NOT NULL PRIMARY KEY,
      due INTEGER NOT NULL DEFAULT 0,
      expires INTEGER NOT NULL,
      data TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER IF NOT EXISTS ${quote(`${name}_earlier`)}
      AFTER UPDATE OF expires ON ${table} WHEN new.expires < old.due
      BEGIN UPDATE ${table} SET due = new.expires WHERE sid = new.sid; END;`
  return `
    ${due === expires ? '' : ours}
    CREATE INDEX IF NOT EXISTS ${quote(`${name}_${due}`)} ON ${table} (${due});`
}

/** Parameters are positional: drivers differ in how they bind named ones. */
function texts(table: string, { data, expires, due, owners }: Layout) {
  const columns = [
    'sid',
    data,
    ...(due === expires ? [expires] : [expires, due]),
    ...(owners ? ['owner'] : []),
  ]
  const row = `(${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
  // Without a new owner, a row keeps the one that it has.
  const replaced = `${data} = excluded.${data}, ${expires} = excluded.${expires}${
    owners ? ', owner = coalesce(excluded.owner, owner)' : ''
  }`
  const changed = `${data} = ?, ${expires} = ?${owners ? ', owner = coalesce(?, owner)' : ''}`
  const isDue = `sid IN (SELECT sid FROM ${table} WHERE ${due} <= ? ORDER BY ${due} LIMIT ?)`
  return {
    read: `SELECT ${data} AS data, ${expires} AS expires FROM ${table} WHERE sid = ? AND ${expires} > ?`,
    renew: `
      UPDATE ${table} SET ${expires} = ? WHERE sid = ? AND ${expires} > ? AND substr(${data}, 1, ?) = ?`,
    write: `
      INSERT INTO ${table} ${row}
      ON CONFLICT (sid) DO UPDATE SET ${replaced}`,
    insert: `
      INSERT INTO ${table} ${row}
      ON CONFLICT (sid) DO UPDATE SET ${replaced}
      WHERE ${expires} <= ?`,
    update: `UPDATE ${table} SET ${changed} WHERE sid = ? AND ${expires} > ?`,
    replace: `UPDATE ${table} SET ${changed} WHERE sid = ? AND ${expires} > ? AND ${data} = ?`,
    touch: `UPDATE ${table} SET ${expires} = ? WHERE sid = ? AND ${expires} > ?`,
    destroy: `DELETE FROM ${table} WHERE sid = ? RETURNING ${data} AS data, ${expires} AS expires`,
    // The row of one session becomes that of another, in one statement.
    exchange: `
      UPDATE OR REPLACE ${table} SET sid = ?, ${data} = ?, ${expires} = ?${owners ? ', owner = ?' : ''}
      WHERE sid = ? AND ${expires} > ? AND ${data} = ?`,
    page: `
      SELECT sid, ${data} AS data, ${expires} AS expires FROM ${table}
      WHERE sid >= ? AND ${expires} > ? ORDER BY sid LIMIT ?`,
    owned: `
      SELECT sid, ${data} AS data, ${expires} AS expires FROM ${table}
      WHERE owner = ? AND ${expires} > ?`,
    clear: `DELETE FROM ${table}`,
    count: `
      SELECT (SELECT count(*) FROM ${table} WHERE ${due} > ?)
        + (SELECT count(*) FROM ${table} WHERE ${due} <= ? AND ${expires} > ?) AS count`,
    postpone: `UPDATE ${table} SET ${due} = ${expires} WHERE ${isDue} AND ${expires} > ?`,
    prune: `DELETE FROM ${table} WHERE ${isDue} AND ${expires} <= ?`,
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
