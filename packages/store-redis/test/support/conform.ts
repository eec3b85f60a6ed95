import { formatFailure, type Report, rules, runConformance, type Subject } from '@coatcheck/store-conformance'
import { beforeAll, describe, expect, test } from 'vitest'

/** The whole suite, strictly. `without`: rules about what the subject does not have. */
export function describeConformance(
  name: string,
  subject: () => Subject,
  without: readonly string[] = [],
): void {
  describe(name, () => {
    let report: Report
    beforeAll(async () => {
      report = await runConformance(subject())
    }, 180_000)

    const idsOf = (...verdicts: string[]): string[] =>
      report.rules.filter(rule => verdicts.includes(rule.verdict)).map(rule => rule.id)

    test('conformance: every rule is kept, those that a store SHOULD keep too', () => {
      const broken = report.rules.filter(rule => /^(fail|warn|flaky|error)$/.test(rule.verdict))
      const texts = broken.map(result => formatFailure(rules.find(({ id }) => id === result.id)!, result, ''))
      expect(texts).toEqual([])
      expect(report).toMatchObject({ conforms: true, stray: [] })
    })

    test('conformance: nothing is left out', () => {
      expect(idsOf('not-applicable', 'waived', 'unverified')).toEqual(without)
    })
  })
}
