import type { Subject } from '@coatcheck/store-conformance'
import { describe } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { HASHED_AND_ENCRYPTED, PLAIN } from '../../session/test/support/sealed-subject.ts'
import { subjectOf } from './conformance-subject.ts'

// Two stores never see each other's sessions.
const ALONE = [
  'TCH-15',
  'TCH-19',
  'DEL-07',
  'CON-02',
  'CON-12',
  'ENU-10',
  'ERR-16',
  'LIF-04',
  'LIF-05',
  'LIF-06',
  'OWN-10',
]
// There is no backend that fails or hangs, and no client to watch.
const FAULTS = ['01', '02', '03', '04', '05', '06', '07', '08', '11', '12', '13', '14', '15']
const WITHOUT_BACKEND = [
  'API-11',
  'CON-13',
  'CON-14',
  'CON-15',
  ...FAULTS.map(n => `ERR-${n}`),
  'EVT-01',
  'EVT-03',
  'SEC-02',
  'REN-08',
  'EXC-06',
]
// The same session is another text each time that it is encrypted.
const DIFFERS = ['CAS-09']

describe.each<[string, Subject, string[]]>([
  ['as it is', subjectOf(PLAIN), []],
  ['hashed and encrypted', subjectOf(HASHED_AND_ENCRYPTED), DIFFERS],
])('%s', (_, subject, broken) => {
  conforms(() => subject, { unverified: WITHOUT_BACKEND, missing: ALONE, broken })
})
