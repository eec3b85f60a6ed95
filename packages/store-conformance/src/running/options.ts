import { UsageError } from '../errors.ts'
import type { RuleResult, Smoke } from '../reports/report.ts'
import { matches, type Rule } from '../rules/rule.ts'
import type { SubjectModule } from '../subject/load.ts'

/** What happens during a run, in the order in which it happens. */
export type Progress =
  | { readonly type: 'smoke'; readonly smoke: Smoke }
  | { readonly type: 'begin'; readonly rules: readonly Rule[] }
  | { readonly type: 'start'; readonly rule: Rule }
  | { readonly type: 'result'; readonly rule: Rule; readonly result: RuleResult }

export interface RunOptions {
  /** Ids (`TCH-05`), prefixes (`EXP`) or names of families; nothing else is run or reported. */
  only?: readonly string[]
  /** The same, for rules to leave out. They are reported as waived. */
  skip?: readonly string[]
  /** No waiting, no bulk, no properties: what is left out is unverified. */
  quick?: boolean
  /** Makes a run repeatable. Default: chosen by chance and reported. */
  seed?: string
  /** The contract to hold the store to. Default: the one the subject was written for, else the newest. */
  contract?: string
  /** How many rules run side by side in the parallel lane. Default: 8. */
  concurrency?: number
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** The file of the subject, where the subject itself was passed: rules of the lane `process` load it in a child. */
  module?: SubjectModule
  /**
   * Where rules of the lane `process` run. `auto` (default): in a child when the subject's file is known, else here
   * under a guard that catches what nobody catches. `unverified`: only in a child, for test runners in which that
   * guard does not hold (jest).
   */
  processRules?: 'auto' | 'here' | 'unverified'
  /** Node's options for the child. Default: those of this process. */
  execArgv?: readonly string[]
}

/** The rules that `only` asks for. */
export function selectRules(rules: readonly Rule[], only: readonly string[] | undefined): readonly Rule[] {
  if (only === undefined) return rules
  refuseUnknown(rules, only)
  return rules.filter(rule => only.some(pattern => matches(rule, pattern)))
}

/** Throws a {@link UsageError} where a pattern names no rule. */
export function refuseUnknown(rules: readonly Rule[], patterns: readonly string[]): void {
  const unknown = patterns.find(pattern => !rules.some(rule => matches(rule, pattern)))
  if (unknown !== undefined) throw new UsageError(`No rule or family is called ${JSON.stringify(unknown)}.`)
}
