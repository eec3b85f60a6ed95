import type { PostgresOpenOptions, PostgresStoreOptions, PostgresTableOptions } from './options.ts'

const TABLE_NAMES: Record<keyof PostgresTableOptions, true> = {
  ttl: true,
  pruneInterval: true,
  codec: true,
  schema: true,
  table: true,
  createTable: true,
  unlogged: true,
  prepare: true,
}

export const STORE_NAMES: Record<keyof PostgresStoreOptions, true> = { ...TABLE_NAMES, client: true }

export const OPEN_NAMES: Record<keyof PostgresOpenOptions, true> = {
  ...TABLE_NAMES,
  max: true,
  connectTimeout: true,
  queryTimeout: true,
}

/** What the option is called in pg and in other stores. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  pool: 'client',
  db: 'client',
  pgPromise: 'client',
  tableName: 'table',
  schemaName: 'schema',
  createTableIfMissing: 'createTable',
  pruneSessionInterval: 'pruneInterval',
  connectionTimeoutMillis: 'connectTimeout',
  query_timeout: 'queryTimeout',
  poolSize: 'max',
  serializer: 'codec',
}

/** Throws a TypeError for a name that is none of `names`, with the one that was probably meant. */
export function checkNames(options: object, names: Readonly<Record<string, true>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(names, name)) continue
    const meant = meantBy(name, Object.keys(names))
    throw new TypeError(`There is no option "${name}"${meant ? `. Did you mean "${meant}"?` : ''}`)
  }
}

function meantBy(name: string, names: string[]): string | undefined {
  const known = ELSEWHERE[name]
  if (known && names.includes(known)) return known
  const near = names.map(other => ({ other, distance: distanceOf(name.toLowerCase(), other.toLowerCase()) }))
  near.sort((a, b) => a.distance - b.distance)
  const nearest = near[0]
  return nearest && nearest.distance <= Math.max(1, name.length / 3) ? nearest.other : undefined
}

/** How many letters have to be added, removed, replaced, or swapped with the next one. */
function distanceOf(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, before[j - 2]! + 1)
      }
    }
    ;[before, above] = [above, row]
  }
  return above[b.length]!
}

/** Throws a TypeError when the client has no method `query`, or is what makes clients. */
export function checkClient(client: unknown): void {
  if (typeof client === 'function') {
    throw new TypeError(
      'The option "client" must be a Pool or a Client of pg, not a class or a function that makes one: new pg.Pool()',
    )
  }
  if (typeof (client as { query?: unknown } | null | undefined)?.query !== 'function') {
    throw new TypeError('The option "client" must be a Pool or a Client of pg')
  }
}

export function checkFlags(flags: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(flags)) {
    if (typeof value !== 'boolean') throw new TypeError(`The option "${name}" must be true or false`)
  }
}

export function checkCounts(counts: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!(Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31)) {
      throw new TypeError(`The option "${name}" must be a whole number greater than 0 and less than 2 ** 31`)
    }
  }
}
