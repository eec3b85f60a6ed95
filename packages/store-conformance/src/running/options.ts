import { UsageError } from '../errors.ts'
import type { RuleResult, Smoke } from '../reports/report.ts'
import { matches, type Rule } from '../rules/rule.ts'
import type { SubjectModule } from '../subject/load.ts'

/** Events of a run, in their order. */
export type Progress =
  | { readonly type: 'smoke'; readonly smoke: Smoke }
  | { readonly type: 'begin'; readonly rules: readonly Rule[] }
  | { readonly type: 'start'; readonly rule: Rule }
  | { readonly type: 'result'; readonly rule: Rule; readonly result: RuleResult }

export interface RunOptions {
  /** Ids (`TCH-05`), prefixes (`EXP`) or names of families. Other rules are neither run nor reported. */
  only?: readonly string[]
  /** The same, for rules to skip. They are reported as waived. */
  skip?: readonly string[]
  /** Skip rules with waiting, bulk or properties. They are unverified. */
  quick?: boolean
  /** Makes a run repeatable. Default: random, and reported. */
  seed?: string
  /** The contract to test against. Default: that of the subject, or else the newest. */
  contract?: string
  /** How many rules run at the same time in the parallel lane, and at most so many with bulk beside them. Default: 8, and 24 on a backend that is slow to answer. */
  concurrency?: number
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** The file of the subject, if the subject itself was passed. Rules of the lane `process` load it in a child process. */
  module?: SubjectModule
  /**
   * Where rules of the lane `process` run. `auto` (default): in a child process if the subject's file is known, otherwise
   * in this process, under a guard that catches uncaught errors. `unverified`: only in a child process, for test runners in
   * which that guard does not work (jest).
   */
  processRules?: 'auto' | 'here' | 'unverified'
  /** Node's options for the child process. Default: those of this process. */
  execArgv?: readonly string[]
}

/** The rules that `only` selects. */
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
