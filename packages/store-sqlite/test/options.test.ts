import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openClient, tempFile } from './support/files.ts'

describe('options', () => {
  it.each([undefined, '', 1])('open: %j is no path', path => {
    const message = 'SqliteStore.open needs the path of a file'
    expect(() => SqliteStore.open(path as string)).toThrow(new TypeError(message))
  })

  it.each([-1, 1.5, '5000', Number.NaN])('busyTimeout: %j is no number of milliseconds', busyTimeout => {
    const file = tempFile()
    const error = new TypeError('The option "busyTimeout" must be a whole number of milliseconds')
    expect(() => SqliteStore.open(file, { busyTimeout: busyTimeout as number })).toThrow(error)
    expect(readdirSync(dirname(file))).toEqual([])
    const client = openClient(':memory:')
    expect(() => new SqliteStore({ client, busyTimeout: busyTimeout as number })).toThrow(error)
  })

  it.each([undefined, null, {}, 'sessions.db'])('client: %j is none', client => {
    const message =
      'The option "client" must be a Database of better-sqlite3, libsql or bun:sqlite, or a DatabaseSync of node:sqlite'
    expect(() => new SqliteStore({ client: client as never })).toThrow(new TypeError(message))
  })

  it('client: the class in place of a database is refused, and so are no options at all', () => {
    expect(() => new SqliteStore({ client: Database as never })).toThrow(
      new TypeError(
        'The option "client" must be an open database, not the class or function that makes one: new Database(file)',
      ),
    )
    expect(() => new SqliteStore(undefined as never)).toThrow(TypeError)
  })

  it.each([
    ['tabel', 'table'],
    ['busytimeout', 'busyTimeout'],
    ['pruneInterwal', 'pruneInterval'],
    ['TTL', 'ttl'],
  ])('names: for "%s" the error names "%s"', (name, meant) => {
    const error = (of: string) =>
      new TypeError(`The option "${name}" is not an option of ${of}; did you mean "${meant}"?`)
    const file = tempFile()
    expect(() => SqliteStore.open(file, { [name]: 1 })).toThrow(error('SqliteStore.open'))
    expect(readdirSync(dirname(file))).toEqual([])
    const options = { client: openClient(':memory:'), [name]: 1 }
    expect(() => new SqliteStore(options)).toThrow(error('SqliteStore'))
  })

  it('names: one that is like no other is refused too, and one without a value is not', () => {
    expect(() => SqliteStore.open(':memory:', { colour: 'red' } as never)).toThrow(
      new TypeError('The option "colour" is not an option of SqliteStore.open'),
    )
    const options = { client: openClient(':memory:'), colour: undefined }
    expect(() => new SqliteStore(options)).not.toThrow()
  })
})
