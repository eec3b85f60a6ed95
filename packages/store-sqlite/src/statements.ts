import type { SqliteClient, SqliteStatement } from './client.ts'
import { isResult } from './failures.ts'
import type { Layout } from './layout.ts'

/** Every statement of the store, and the layout of its table. */
export type Statements = Readonly<Record<keyof Texts, SqliteStatement>> & {
  readonly layout: Layout
}

/** Prepare each statement once. */
export function prepare(client: SqliteClient, table: string, layout: Layout): Statements {
  const all = Object.entries(textsOf(table, layout))
  const wanted = all.filter(([operation]) => operation !== 'owned' || layout.owners)
  const prepared = wanted.map(([operation, text]) => [operation, client.prepare(text)] as const)
  return { layout, ...Object.fromEntries(prepared) } as Statements
}

/** Create the table and the index for pruning if they do not exist. A read-only file is left unchanged. */
export function createSchema(client: SqliteClient, table: string, layout: Layout): void {
  try {
    client.exec(schemaOf(table, layout).join(';'))
    if (layout.owners) addOwners(client, table)
  } catch (error) {
    if (!isResult(error, 'READONLY')) throw error
  }
}

/** Add the column and its index, unless they are there, or another process adds them at the same time. */
function addOwners(client: SqliteClient, table: string): void {
  const { has, add, index } = ownersOf(table)
  const hasColumn = () => client.prepare(has).all(table).length > 0
  if (!hasColumn()) {
    try {
      client.exec(add)
    } catch (error) {
      if (!hasColumn()) throw error
    }
  }
  client.exec(index)
}

/** The statements that find the column of the owners, add it, and add its index. */
export function ownersOf(table: string): Readonly<Record<'has' | 'add' | 'index', string>> {
  return {
    has: "SELECT 1 FROM pragma_table_info(?) WHERE name = 'owner'",
    add: `ALTER TABLE ${quote(table)} ADD COLUMN owner TEXT`,
    index: `CREATE INDEX IF NOT EXISTS ${quote(`${table}_owner`)} ON ${quote(table)} (owner) WHERE owner IS NOT NULL`,
  }
}

/** The statements that create what does not exist of the table, its trigger, and the index for pruning. */
export function schemaOf(name: string, { due, expires }: Layout): string[] {
  const table = quote(name)
  const index = `CREATE INDEX IF NOT EXISTS ${quote(`${name}_${due}`)} ON ${table} (${due})`
  if (due === expires) return [index]
  // Not WITHOUT ROWID: with it, a session of more than a quarter of a page takes separate pages.
  const ours = `
    CREATE TABLE IF NOT EXISTS ${table} (
      sid TEXT NOT NULL PRIMARY KEY,
      due INTEGER NOT NULL DEFAULT 0,
      expires INTEGER NOT NULL,
      data TEXT NOT NULL
    ) STRICT`
  const trigger = `
    CREATE TRIGGER IF NOT EXISTS ${quote(`${name}_earlier`)}
      AFTER UPDATE OF expires ON ${table} WHEN new.expires < old.due
      BEGIN UPDATE ${table} SET due = new.expires WHERE sid = new.sid; END`
  return [ours, trigger, index]
}

/** The text of every statement. */
export type Texts = Readonly<Record<Operation, string>>

type Operation =
  | 'read'
  | 'renew'
  | 'write'
  | 'insert'
  | 'update'
  | 'replace'
  | 'touch'
  | 'destroy'
  | 'exchange'
  | 'page'
  | 'owned'
  | 'clear'
  | 'count'
  | 'postpone'
  | 'prune'

/** Parameters are positional: drivers differ in how they bind named ones. */
export function textsOf(name: string, { data, expires, due, owners }: Layout): Texts {
  const table = quote(name)
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

/** The identifier, quoted. */
export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
