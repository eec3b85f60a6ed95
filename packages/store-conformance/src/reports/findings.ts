import type { RuleResult } from './report.ts'

/** Results with the same error: one cause for several rules. */
export interface Finding {
  /** The error of the store. */
  readonly text: string
  readonly results: readonly RuleResult[]
}

/** The error of a failed call of the store, without the parts that differ from rule to rule; `undefined` if no call failed. */
function errorOf({ message }: RuleResult): string | undefined {
  const text = /(?:failed with|gave the error|threw) (.+?)(?:, want .*)?$/s.exec(message)?.[1]
  return text?.replace(/conf_[\w]+/g, '…').replace(/\d{3,}/g, '…')
}

/** Groups results by their errors. Each result without an error is a separate finding. */
export function findingsOf(results: readonly RuleResult[]): Finding[] {
  const groups = new Map<string, RuleResult[]>()
  for (const result of results) {
    const text = errorOf(result) ?? `${result.id}: ${result.message}`
    groups.set(text, [...(groups.get(text) ?? []), result])
  }
  return [...groups].map(([text, group]) => ({ text, results: group }))
}
