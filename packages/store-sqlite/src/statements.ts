import type { SqliteClient, SqliteStatement } from './client.ts'
import { isResult } from './failures.ts'
import type { Layout } from './layout.ts'

/** Every statement of the store, and the layout of its table. */
export type Statements = Readonly<Record<keyof ReturnType<typeof texts>, SqliteStatement>> & {
  readonly layout: Layout
}

/** Prepare each statement once. */
export function prepare(client: SqliteClient, table: string, layout: Layout): Statements {
  const prepared = Object.entries(texts(quote(table), layout)).map(([operation, text]) => {
    return [operation, client.prepare(text)] as const
  })
  return { layout, ...Object.fromEntries(prepared) } as Statements
}

/** Create the table and the index for pruning if they do not exist. A read-only file is left unchanged. */
export function createSchema(client: SqliteClient, table: string, layout: Layout): void {
  try {
    client.exec(schema(table, layout))
  } catch (error) {
    if (!isResult(error, 'READONLY')) throw error
  }
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
function texts(table: string, { data, expires, due }: Layout) {
  const ends = due === expires ? [expires] : [expires, due]
  const row = `(sid, ${data}, ${ends.join(', ')}) VALUES (?, ?, ${ends.map(() => '?').join(', ')})`
  const isDue = `sid IN (SELECT sid FROM ${table} WHERE ${due} <= ? ORDER BY ${due} LIMIT ?)`
  return {
    read: `SELECT ${data} AS data, ${expires} AS expires FROM ${table} WHERE sid = ? AND ${expires} > ?`,
    renew: `
      UPDATE ${table} SET ${expires} = ? WHERE sid = ? AND ${expires} > ? AND substr(${data}, 1, ?) = ?`,
    write: `
      INSERT INTO ${table} ${row}
      ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}, ${expires} = excluded.${expires}`,
    insert: `
      INSERT INTO ${table} ${row}
      ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}, ${expires} = excluded.${expires}
      WHERE ${expires} <= ?`,
    update: `UPDATE ${table} SET ${data} = ?, ${expires} = ? WHERE sid = ? AND ${expires} > ?`,
    replace: `UPDATE ${table} SET ${data} = ?, ${expires} = ? WHERE sid = ? AND ${expires} > ? AND ${data} = ?`,
    touch: `UPDATE ${table} SET ${expires} = ? WHERE sid = ? AND ${expires} > ?`,
    destroy: `DELETE FROM ${table} WHERE sid = ? RETURNING ${data} AS data, ${expires} AS expires`,
    // The row of one session becomes that of another, in one statement.
    exchange: `
      UPDATE OR REPLACE ${table} SET sid = ?, ${data} = ?, ${expires} = ?
      WHERE sid = ? AND ${expires} > ? AND ${data} = ?`,
    page: `
      SELECT sid, ${data} AS data, ${expires} AS expires FROM ${table}
      WHERE sid >= ? AND ${expires} > ? ORDER BY sid LIMIT ?`,
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
