import { formatFailure, type Report, rules, runConformance } from '@coatcheck/store-conformance'
import { beforeAll, expect, test } from 'vitest'
import subject from './migrating-subject.ts'

let report: Report
beforeAll(async () => {
  report = await runConformance(subject)
})

const idsOf = (...verdicts: string[]): string[] =>
  report.rules.filter(rule => verdicts.includes(rule.verdict)).map(rule => rule.id)

test('conformance: every rule is kept, those that a store SHOULD keep too', () => {
  const broken = report.rules.filter(rule => /^(fail|warn|flaky|error)$/.test(rule.verdict))
  const texts = broken.map(result => formatFailure(rules.find(({ id }) => id === result.id)!, result, ''))
  expect(texts).toEqual([])
  expect(report).toMatchObject({ conforms: true, stray: [] })
})

test('conformance: nothing is left out but insert(), exchange(), reads that renew, owners, and what needs a driver that makes its callers wait', () => {
  const renewals = ['01', '02', '03', '04', '05', '06', '07', '08'].map(n => `REN-${n}`)
  const exchanges = ['01', '02', '03', '04', '05', '06', '07'].map(n => `EXC-${n}`)
  const owners = Array.from({ length: 11 }, (_, i) => `OWN-${String(i + 1).padStart(2, '0')}`)
  const missing = ['INS-01', 'INS-02', 'INS-03', ...renewals, ...exchanges, ...owners]
  expect(idsOf('not-applicable', 'waived')).toEqual(missing)
  expect(idsOf('unverified')).toEqual(['CON-13', 'CON-14', 'CON-15', 'ERR-12', 'ERR-14'])
})
