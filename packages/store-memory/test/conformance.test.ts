import { formatFailure, type Report, rules, runConformance, type Subject } from '@coatcheck/store-conformance'
import { beforeAll, describe, expect, test } from 'vitest'
import { HASHED_AND_ENCRYPTED, PLAIN } from '../../session/test/support/sealed-subject.ts'
import { subjectOf } from './conformance-subject.ts'

// The same session is another text each time that it is encrypted.
const DIFFERS = ['CAS-09']

describe.each<[string, Subject, string[]]>([
  ['as it is', subjectOf(PLAIN), []],
  ['hashed and encrypted', subjectOf(HASHED_AND_ENCRYPTED), DIFFERS],
])('%s', (_, subject, exceptions: string[]) => {
  let report: Report
  beforeAll(async () => {
    report = await runConformance(subject)
  })

  const idsOf = (...verdicts: string[]): string[] =>
    report.rules.filter(rule => verdicts.includes(rule.verdict)).map(rule => rule.id)

  test('conformance: every rule is kept, those that a store SHOULD keep too', () => {
    const broken = report.rules.filter(
      rule => /^(fail|warn|flaky|error)$/.test(rule.verdict) && !exceptions.includes(rule.id),
    )
    const texts = broken.map(result => formatFailure(rules.find(({ id }) => id === result.id)!, result, ''))
    expect(texts).toEqual([])
    expect(report).toMatchObject({ conforms: true, stray: [] })
  })

  test('conformance: nothing is left out but what needs two stores that share sessions, or a backend that can fail', () => {
    expect(idsOf('waived')).toEqual([])
    // Two stores never see each other's sessions.
    const alone = [
      'TCH-15',
      'TCH-19',
      'DEL-07',
      'CON-02',
      'CON-12',
      'ENU-10',
      'LIF-04',
      'LIF-05',
      'LIF-06',
      'OWN-10',
    ]
    expect(idsOf('not-applicable')).toEqual(alone)
    // There is no backend that fails or hangs, and no client to watch.
    const faults = ['01', '02', '03', '04', '05', '06', '07', '08', '11', '12', '13', '14', '15'].map(
      n => `ERR-${n}`,
    )
    const events = ['EVT-01', 'EVT-03', 'SEC-02']
    const unverified = ['API-11', 'CON-13', 'CON-14', 'CON-15', ...faults, ...events, 'REN-08', 'EXC-06']
    expect(idsOf('unverified')).toEqual(unverified)
  })
})
