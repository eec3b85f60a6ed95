import type { Report, RuleResult } from './report.ts'
import { escapeXml, failureText, familiesOf, isFailure } from './shared.ts'

/** The report as JUnit XML: one suite per family, one case per rule. Unchecked rules are skipped, with the reason. */
export function junit(report: Report, strict = false): string {
  const { rules } = report
  if (!report.smoke.ok) return notStarted(report)
  const suites = familiesOf(rules).map(([family, results]) => suite(report, family, results, strict))
  const totals = `tests="${rules.length}" failures="${count(rules, strict)}" time="${report.ms / 1000}"`
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${escapeXml(report.subject.name)}" ${totals}>
${suites.join('\n')}
</testsuites>
`
}

/** A run that could not start is reported as one error, so that a build does not count it as a success. */
function notStarted({ subject, smoke, ms, startedAt }: Report): string {
  const name = escapeXml(subject.name)
  const text = escapeXml([smoke.message, ...smoke.steps].join('\n'))
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${name}" tests="1" failures="0" errors="1" time="${ms / 1000}">
  <testsuite name="the subject" tests="1" failures="0" errors="1" skipped="0" time="${ms / 1000}" timestamp="${startedAt}">
    <testcase classname="${name}" name="the store can be tested" time="0"><error message="${escapeXml(smoke.message)}" type="subject">${text}</error></testcase>
  </testsuite>
</testsuites>
`
}

function suite(report: Report, family: string, results: readonly RuleResult[], strict: boolean): string {
  const skipped = results.filter(isSkipped).length
  const time = results.reduce((sum, result) => sum + result.ms, 0) / 1000
  const counts = `tests="${results.length}" failures="${count(results, strict)}" errors="0" skipped="${skipped}"`
  const cases = results.map(result => testCase(report, family, result, strict))
  return `  <testsuite name="${escapeXml(family)}" ${counts} time="${time}" timestamp="${report.startedAt}">
${cases.join('\n')}
  </testsuite>`
}

function testCase(report: Report, family: string, result: RuleResult, strict: boolean): string {
  const { id, level, sentence, ms, message } = result
  const name = `${id} ${level} ${sentence}`
  const head = `    <testcase classname="${escapeXml(`${report.subject.name}.${family}`)}" name="${escapeXml(name)}" time="${ms / 1000}"`
  if (isSkipped(result))
    return `${head}><skipped message="${escapeXml(`${result.verdict}: ${message}`)}"/></testcase>`
  if (result.verdict === 'pass') return `${head}/>`
  const text = escapeXml(failureText(report, result))
  return isFailure(result, strict)
    ? `${head}><failure message="${escapeXml(message)}" type="${result.verdict}">${text}</failure></testcase>`
    : `${head}><system-out>${text}</system-out></testcase>`
}

function isSkipped({ verdict }: RuleResult): boolean {
  return verdict === 'not-applicable' || verdict === 'unverified' || verdict === 'waived'
}

function count(results: readonly RuleResult[], strict: boolean): number {
  return results.filter(result => !isSkipped(result) && isFailure(result, strict)).length
}
