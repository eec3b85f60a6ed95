import { expect, test } from 'vitest'
import { summary } from '../src/cli/terminal.ts'
import { type Report, runConformance } from '../src/index.ts'
import { findingsOf } from '../src/reports/findings.ts'
import type { RuleResult } from '../src/reports/report.ts'
import { exitCodeOf } from '../src/reports/shared.ts'
import { ReferenceStore } from './mutants/reference.ts'
import { subjectOf } from './mutants/reference-subject.ts'

function result(id: string, message: string, more: Partial<RuleResult> = {}): RuleResult {
  return {
    id,
    level: 'MUST',
    family: 'f',
    sentence: 's',
    verdict: 'fail',
    message,
    steps: [],
    ms: 1,
    ...more,
  }
}

test('rules that fail with one error are one finding, whatever the namespace in its text is', () => {
  const results = [
    result('TCH-01', 'set("a", session) failed with Error: no table conf_1a2b3c_tch01_0_, want no error'),
    result('DEL-01', 'get("a") after destroy() gave {n: 1}, want nothing'),
    result('TCH-02', 'get("b") failed with Error: no table conf_1a2b3c_tch02_0_, want no error'),
  ]
  const findings = findingsOf(results).map(({ results: group }) => group.map(({ id }) => id))
  expect(findings).toEqual([['TCH-01', 'TCH-02'], ['DEL-01']])
})

test('rules that fail without an error are a finding each', () => {
  const message = 'get("a") gave nothing, want the session'
  expect(findingsOf([result('TCH-01', message), result('DEL-01', message)])).toHaveLength(2)
})

/** A report of the reference, with other results. */
async function reportWith(rules: RuleResult[]): Promise<Report> {
  const report = await runConformance(subjectOf(ReferenceStore), { only: ['API-02'] })
  return { ...report, rules }
}

test('the terminal shows the first rule of a finding, and how many others failed with the same error', async () => {
  const message = 'set("a", session) failed with Error: Too many connections, want no error'
  const report = await reportWith(['TCH-01', 'TCH-02', 'TCH-03'].map(id => result(id, message)))
  const text = summary(report, false)
  expect(text).toContain('✗ TCH-01 MUST')
  expect(text).not.toContain('✗ TCH-02 MUST')
  expect(text).toContain('2 more failed with the same error (Error: Too many connections): TCH-02, TCH-03')
})

test('a verdict that depends on other rules is never a strict one', async () => {
  const beside = result('TCH-01', 'failed (only beside other rules)', {
    verdict: 'flaky',
    onlyBesideOthers: true,
  })
  const report = await reportWith([beside])
  expect(exitCodeOf(report, false)).toBe(0)
  expect(exitCodeOf(report, true)).toBe(1)
  expect(summary(report, false)).toContain(
    'not to be trusted: TCH-01 failed beside other rules and passed alone',
  )
  expect(summary(report, true)).toContain('✗ reference does not conform')
})
