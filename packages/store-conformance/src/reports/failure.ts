import type { Rule } from '../rules/rule.ts'
import type { RuleResult, RuleVerdict } from './report.ts'

const manual = 'https://github.com/coatcheck/coatcheck/blob/main/packages/store-conformance/docs/rules.md'

const marks: Record<RuleVerdict, string> = {
  pass: '✓',
  fail: '✗',
  warn: '!',
  'not-applicable': '–',
  unverified: '?',
  waived: '~',
  flaky: '≈',
  error: '‼',
}

/** The address at which the rule is explained. */
export function linkTo(id: string): string {
  return `${manual}#${id.toLowerCase()}`
}

/** The text of a failed rule, always in the same eight parts. `again` is the command that runs only this rule. */
export function formatFailure(rule: Rule, result: RuleResult, again: string): string {
  const steps = result.steps.length > 0 ? result.steps : ['no call was made']
  return [
    `${marks[result.verdict]} ${rule.id} ${rule.level}  ${rule.sentence}`,
    line('got', result.message),
    ...steps.map((step, index) => line(index === 0 ? 'steps' : '', step)),
    line('why', rule.why),
    line('check', rule.check),
    line('seen in', rule.seenIn),
    line('again', again),
    line('rule', linkTo(rule.id)),
  ].join('\n')
}

/** The explanation of one rule, without a run. */
export function formatRule(rule: Rule): string {
  return [
    `${rule.id} ${rule.level}  ${rule.sentence}`,
    line('why', rule.why),
    line('check', rule.check),
    line('seen in', rule.seenIn),
    line('needs', rule.needs.join(', ') || 'nothing but get, set and destroy'),
    line('more', rule.link),
    line('rule', linkTo(rule.id)),
  ].join('\n')
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(9)} ${text}`
}
