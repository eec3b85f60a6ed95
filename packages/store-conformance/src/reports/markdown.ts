import { type Change, changesBetween } from './compare.ts'
import type { Report, RuleResult } from './report.ts'
import { failureText, familiesOf, isFailure } from './shared.ts'

/** The report as Markdown, short enough for a comment. With `before`, it lists the changes since then. */
export function markdown(report: Report, strict = false, before?: Report): string {
  const failed = report.rules.filter(result => isFailure(result, strict))
  const advice = report.rules.filter(result => result.verdict === 'warn' && !isFailure(result, strict))
  const parts = [
    `# ${report.subject.name}: ${report.conforms && failed.length === 0 ? 'conforms' : 'does not conform'}`,
    `${report.label}.`,
    report.smoke.ok ? '' : `The subject cannot be run: ${report.smoke.message}`,
    before ? changes(changesBetween(before, report)) : '',
    table(report.rules),
    failed.length ? `## Broken\n\n${failed.map(result => block(report, result)).join('\n\n')}` : '',
    advice.length
      ? `## Advice not followed\n\n${advice.map(result => block(report, result)).join('\n\n')}`
      : '',
    stray(report),
    `${report.suite}, contract ${report.contract}, seed ${report.seed}, Node ${report.env.node}, ${report.env.os}, ${report.startedAt}`,
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function table(results: readonly RuleResult[]): string {
  if (results.length === 0) return ''
  const rows = familiesOf(results).map(([family, group]) => {
    const of = (...verdicts: string[]) => group.filter(result => verdicts.includes(result.verdict)).length
    return `| ${family} | ${of('pass')} | ${of('fail', 'flaky', 'error')} | ${of('warn')} | ${of('unverified', 'waived')} | ${of('not-applicable')} |`
  })
  return [
    '| Family | kept | broken | advice | unverified or waived | not applicable |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function block(report: Report, result: RuleResult): string {
  return `\`\`\`text\n${failureText(report, result)}\n\`\`\``
}

function changes(found: readonly Change[]): string {
  if (found.length === 0) return 'No verdict has changed.'
  return `## Changed\n\n${found.map(({ id, from, to }) => `- ${id}: ${from} → ${to}`).join('\n')}`
}

function stray(report: Report): string {
  if (report.stray.length === 0) return ''
  return `## Errors that nobody caught\n\n${report.stray.map(text => `- ${text}`).join('\n')}`
}
