import { checkOptionNames, RECORD_STORE_OPTIONS } from '@coatcheck/session'
import { expect, it } from 'vitest'

const KNOWN = [...Object.keys(RECORD_STORE_OPTIONS), 'table']
const OTHERS = { tableName: 'table', pool: 'client' }

function problemOf(options: object): string {
  try {
    checkOptionNames(options, KNOWN, 'MyStore', OTHERS)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message
  }
}

it.each([
  ['a name of the store or of its base is one', { ttl: 1, encryption: {}, table: 'a' }, ''],
  ['a name without a value counts as not given', { tabel: undefined }, ''],
  [
    'a similar name is suggested',
    { tabel: 'a' },
    'The option "tabel" is not an option of MyStore; did you mean "table"?',
  ],
  [
    'the name here is suggested for that of another package',
    { tableName: 'a' },
    'The option "tableName" is not an option of MyStore; did you mean "table"?',
  ],
  [
    'what is no option here either is not suggested',
    { pool: 1 },
    'The option "pool" is not an option of MyStore',
  ],
  [
    'a name that every object has is none',
    { toString: 1 },
    'The option "toString" is not an option of MyStore',
  ],
])('option names: %s', (_, options, problem) => {
  expect(problemOf(options)).toBe(problem)
})
