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

function idsOf(report: Report, ...verdicts: RuleVerdict[]): string[] {
  return report.rules.filter(rule => verdicts.includes(rule.verdict)).map(rule => rule.id)
}

function textOf({ id, message, steps, ms }: RuleResult): string {
  return [`${id} after ${ms} ms: ${message}`, ...steps.slice(-5)].join('\n  ')
}

/** An answer in time from a server that hangs: the client of the app decides on that. */
export const ON_TIME = 'ERR-12'

/** The run of the suite on stores of this kind, so many rules side by side, and what it found. */
export function conforms(
  subject: () => Subject,
  unverified: readonly string[] = [ON_TIME],
  concurrency = 4,
): void {
  let report: Report
  beforeAll(async () => {
    report = await runConformance(subject(), { concurrency })
  }, 240_000)

  it('conformance: every rule is kept, those that a store SHOULD keep too', () => {
    expect(report.smoke).toMatchObject({ ok: true })
    const broken = report.rules.filter(rule => /^(fail|warn|flaky|error)$/.test(rule.verdict))
    const texts = broken.map(result => formatFailure(rules.find(({ id }) => id === result.id)!, result, ''))
    expect(texts).toEqual([])
    expect(report).toMatchObject({ conforms: true, stray: [] })
  })

  it(`conformance: what is not verified is ${unverified.join(', ')}`, () => {
    expect(idsOf(report, 'not-applicable', 'waived')).toEqual([])
    const why = report.rules.filter(({ verdict }) => verdict === 'unverified').map(textOf)
    expect(idsOf(report, 'unverified'), why.join('\n')).toEqual(unverified)
  })
}
