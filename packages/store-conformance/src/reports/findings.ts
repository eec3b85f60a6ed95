import type { RuleResult } from './report.ts'

/** Results that failed with one and the same error: one cause, however many rules it reaches. */
export interface Finding {
  /** The error, as the store gave it. */
  readonly text: string
  readonly results: readonly RuleResult[]
}

/** The error that a call of the store failed with, without what differs from rule to rule; none where nothing failed. */
function errorOf({ message }: RuleResult): string | undefined {
  const text = /(?:failed with|gave the error|threw) (.+?)(?:, want .*)?$/s.exec(message)?.[1]
  return text?.replace(/conf_[\w]+/g, '…').replace(/\d{3,}/g, '…')
}

/** Groups results by the error they failed with; each result without an error is a finding of its own. */
export function findingsOf(results: readonly RuleResult[]): Finding[] {
  const groups = new Map<string, RuleResult[]>()
  for (const result of results) {
    const text = errorOf(result) ?? `${result.id}: ${result.message}`
    groups.set(text, [...(groups.get(text) ?? []), result])
  }
  return [...groups].map(([text, group]) => ({ text, results: group }))
}
