import {
  formatFailure,
  type Report,
  type RuleResult,
  type RuleVerdict,
  rules,
  runConformance,
  type Subject,
} from '@coatcheck/store-conformance'
import { beforeAll, expect, it } from 'vitest'

/** An answer in time from a server that hangs: the client of the app decides on that. */
export const ON_TIME = 'ERR-12'

/** What is known of a subject. Lists of rules, in the order of the rule book. */
export interface Expected {
  /** What nobody can look at here. Default: `[ON_TIME]`. */
  readonly unverified?: readonly string[]
  /** What the store does not have. Default: nothing. */
  readonly missing?: readonly string[]
  /** What it does not keep, for a good reason. Default: nothing. */
  readonly broken?: readonly string[]
  /** How many rules run side by side. Default: 8. */
  readonly concurrency?: number
}

/** The run of the suite on stores of this kind, and what it found. */
export function conforms(subject: () => Subject, expected: Expected = {}): void {
  const { unverified = [ON_TIME], missing = [], broken = [], concurrency = 8 } = expected
  let report: Report
  beforeAll(async () => {
    report = await runConformance(subject(), { concurrency })
  }, 600_000)

  it('conformance: every rule is kept, those that a store SHOULD keep too', () => {
    expect(report.smoke).toMatchObject({ ok: true })
    const found = resultsOf(report, 'fail', 'warn', 'flaky', 'error').filter(({ id }) => !broken.includes(id))
    const texts = found.map(result => formatFailure(rules.find(({ id }) => id === result.id)!, result, ''))
    expect(texts).toEqual([])
    expect(report).toMatchObject({ conforms: true, stray: [] })
  })

  it(`conformance: not verified: ${unverified.join(', ') || 'nothing'}; not there: ${missing.join(', ') || 'nothing'}`, () => {
    expect(idsOf(resultsOf(report, 'not-applicable', 'waived'))).toEqual(missing)
    const left = resultsOf(report, 'unverified')
    expect(idsOf(left), left.map(textOf).join('\n')).toEqual(unverified)
  })
}

function resultsOf(report: Report, ...verdicts: RuleVerdict[]): RuleResult[] {
  return report.rules.filter(rule => verdicts.includes(rule.verdict))
}

function idsOf(results: readonly RuleResult[]): string[] {
  return results.map(({ id }) => id)
}

function textOf({ id, message, steps, ms }: RuleResult): string {
  return [`${id} after ${ms} ms: ${message}`, ...steps.slice(-5)].join('\n  ')
}
