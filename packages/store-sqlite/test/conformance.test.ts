import { formatFailure, type Report, rules, runConformance } from '@coatcheck/store-conformance'
import { beforeAll, expect, test } from 'vitest'
import subject from './conformance-subject.ts'

let report: Report
beforeAll(async () => {
  report = await runConformance(subject)
}, 120_000)

const idsOf = (...verdicts: string[]): string[] =>
  report.rules.filter(rule => verdicts.includes(rule.verdict)).map(rule => rule.id)

test('conformance: every rule is kept, those that a store SHOULD keep too', () => {
  const broken = report.rules.filter(rule => /^(fail|warn|flaky|error)$/.test(rule.verdict))
  const texts = broken.map(result => formatFailure(rules.find(({ id }) => id === result.id)!, result, ''))
  expect(texts).toEqual([])
  expect(report).toMatchObject({ conforms: true, stray: [] })
})

// Interleavings at a gate, a backend that hangs, and calls that wait for it: better-sqlite3 answers by value.
const BY_VALUE = ['CON-13', 'CON-14', 'CON-15', 'ERR-12', 'ERR-14']

test('conformance: nothing is left out but what needs a driver that makes its callers wait', async () => {
  expect(idsOf('not-applicable', 'waived')).toEqual([])
  let left = idsOf('unverified')
  // On a busy machine a rule about time may not come to look: once more, by itself.
  for (let i = 0; i < 5 && left.length > BY_VALUE.length; i++) {
    const again = await runConformance(subject, { only: left })
    left = again.rules.filter(({ verdict }) => verdict === 'unverified').map(({ id }) => id)
  }
  expect(left).toEqual(BY_VALUE)
}, 120_000)
