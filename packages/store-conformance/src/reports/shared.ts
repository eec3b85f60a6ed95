import { rules } from '../rules/index.ts'
import { formatFailure } from './failure.ts'
import { breaks, type Report, type RuleResult } from './report.ts'

/** Whether a run with this result fails: a MUST, or with `strict` a SHOULD too. */
export function isFailure(result: RuleResult, strict: boolean): boolean {
  if (breaks(result) || result.verdict === 'error') return true
  // A verdict that depends on other rules is not reliable enough to be strict about.
  if (result.onlyBesideOthers) return strict && result.level !== 'MAY' && !result.provisional
  return strict && result.level === 'SHOULD' && !result.provisional && countsAgainst.has(result.verdict)
}

const countsAgainst: ReadonlySet<string> = new Set(['warn', 'flaky'])

/** 0 conforms, 1 a rule is broken, 2 the subject cannot be run, 3 the suite itself failed. */
export function exitCodeOf(report: Report, strict = false): 0 | 1 | 2 | 3 {
  if (!report.smoke.ok) return 2
  if (report.rules.some(result => result.verdict !== 'error' && isFailure(result, strict))) return 1
  if (report.rules.some(result => result.verdict === 'error')) return 3
  return report.conforms ? 0 : 1
}

/** The command that runs one rule of this report again. */
export function againCommand(report: Report, id: string): string {
  const { source } = report.subject
  return `npx @coatcheck/store-conformance ${source ?? './your-subject.js'} --only ${id} --seed ${report.seed}`
}

/** The eight lines of a result that is not a pass. */
export function failureText(report: Report, result: RuleResult): string {
  const rule = rules.find(candidate => candidate.id === result.id)
  if (!rule) return `${result.id} ${result.level}  ${result.sentence}\n  got       ${result.message}`
  return formatFailure(rule, result, againCommand(report, result.id))
}

/** Results by family, in the order of the rule book. */
export function familiesOf(results: readonly RuleResult[]): [family: string, results: RuleResult[]][] {
  const families = new Map<string, RuleResult[]>()
  for (const result of results) {
    const group = families.get(result.family)
    if (group) group.push(result)
    else families.set(result.family, [result])
  }
  return [...families]
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes text and attributes of XML and HTML. Characters that XML does not allow become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, character => entities[character] as string)
}
