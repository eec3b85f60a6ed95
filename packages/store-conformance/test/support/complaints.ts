import type { Report } from '../../src/index.ts'

const bad = ['fail', 'warn', 'error', 'flaky']

/** What is wrong, as text (a MAY never is); of advice that is not followed, which must be known, only the id. */
export function complaints(report: Report, warns: readonly string[] = []): string[] {
  return report.rules
    .filter(rule => rule.level !== 'MAY' && bad.includes(rule.verdict))
    .map(({ id, verdict, message }) =>
      verdict === 'warn' && warns.includes(id) ? id : `${id} ${verdict}: ${message}`,
    )
}
