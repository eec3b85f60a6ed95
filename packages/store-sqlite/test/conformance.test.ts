import type { Subject } from '@coatcheck/store-conformance'
import Database from 'better-sqlite3'
import { describe } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { HASHED_AND_ENCRYPTED } from '../../session/test/support/sealed-subject.ts'
import plain from './conformance-subject.ts'
import { BY_VALUE, subjectOn } from './support/subject.ts'

// The same session is another text each time that it is encrypted.
const DIFFERS = ['CAS-09']

describe.each<[string, Subject, string[]]>([
  ['as it is', plain, []],
  [
    'hashed and encrypted',
    subjectOn('better-sqlite3', file => new Database(file), HASHED_AND_ENCRYPTED),
    DIFFERS,
  ],
])('%s', (_, subject, broken) => {
  conforms(() => subject, { unverified: BY_VALUE, broken })
})
