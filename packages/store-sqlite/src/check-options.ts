import type { SqliteClient } from './client.ts'
import type { SqliteOpenOptions, SqliteStoreOptions } from './options.ts'

const OPEN_NAMES: Record<keyof SqliteOpenOptions, true> = {
  table: true,
  busyTimeout: true,
  ttl: true,
  pruneInterval: true,
  codec: true,
}

const STORE_NAMES: Record<keyof SqliteStoreOptions, true> = { ...OPEN_NAMES, client: true }

/** What the option is called in drivers and in other stores. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  db: 'client',
  database: 'client',
  tableName: 'table',
  timeout: 'busyTimeout',
  expired: 'pruneInterval',
  cleanupInterval: 'pruneInterval',
}

/** Throws a TypeError that names the option. */
export function checkStoreOptions(options: SqliteStoreOptions): void {
  checkClient(options?.client)
  checkNames(options, STORE_NAMES)
  checkCommon(options)
}

/** Throws a TypeError that names the option. */
export function checkOpenOptions(options: SqliteOpenOptions): void {
  checkNames(options, OPEN_NAMES)
  checkCommon(options)
}

function checkClient(client: Partial<SqliteClient> | null | undefined): void {
  if (typeof client === 'function') {
    throw new TypeError(
      'The option "client" must be an open database, not the class or function that makes one: new Database(file)',
    )
  }
  if (typeof client?.prepare !== 'function' || typeof client.exec !== 'function') {
    throw new TypeError(
      'The option "client" must be a Database of better-sqlite3, libsql or bun:sqlite, or a DatabaseSync of node:sqlite',
    )
  }
}

function checkCommon({ table, busyTimeout }: SqliteOpenOptions): void {
  if (table !== undefined && (typeof table !== 'string' || table === '' || table.includes('\0'))) {
    throw new TypeError('The option "table" must be the name of a table')
  }
  if (busyTimeout !== undefined && !(Number.isInteger(busyTimeout) && busyTimeout >= 0)) {
    throw new TypeError('The option "busyTimeout" must be a whole number of milliseconds')
  }
}

/** Throws a TypeError for a name that is none of `names`, with the one that was probably meant. */
function checkNames(options: object, names: Readonly<Record<string, true>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(names, name)) continue
    const meant = meantBy(name, Object.keys(names))
    throw new TypeError(`There is no option "${name}"${meant ? `. Did you mean "${meant}"?` : ''}`)
  }
}

function meantBy(name: string, names: readonly string[]): string | undefined {
  const known = ELSEWHERE[name]
  if (known && names.includes(known)) return known
  const near = names.map(other => ({ other, distance: distanceOf(name.toLowerCase(), other.toLowerCase()) }))
  const [nearest] = near.sort((a, b) => a.distance - b.distance)
  return nearest && nearest.distance <= Math.max(2, name.length / 3) ? nearest.other : undefined
}

/** How many letters have to be added, removed or replaced. */
function distanceOf(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, replaced)
    }
    above = row
  }
  return above[b.length]!
}
