import type { Level } from '../rules/rule.ts'
import type { Need } from '../subject/needs.ts'

/** The verdict on a rule. The README says which ones count against "conforms". */
export type RuleVerdict =
  | 'pass'
  | 'fail'
  | 'warn'
  | 'not-applicable'
  | 'unverified'
  | 'waived'
  | 'flaky'
  | 'error'

/** The result of one rule. */
export interface RuleResult {
  readonly id: string
  readonly level: Level
  readonly family: string
  readonly sentence: string
  readonly verdict: RuleVerdict
  /** The actual and the expected result, or why there is no verdict. Empty for a pass. */
  readonly message: string
  /** The calls that led there. */
  readonly steps: readonly string[]
  readonly ms: number
  /** The rule is reported, but does not count. */
  readonly provisional?: boolean
  /** It failed while other rules ran beside it, and passed alone. */
  readonly onlyBesideOthers?: boolean
  /** Store or machine were too slow for a verdict, also when the rule ran alone. */
  readonly tooSlow?: boolean
  readonly waiver?: { reason: string; issue?: string; until?: string }
}

/** Whether the subject file itself works. If not, no rule is run. */
export interface Smoke {
  readonly ok: boolean
  readonly message: string
  readonly steps: readonly string[]
}

/** The outcome of a run; `report.json` is exactly this. */
export interface Report {
  readonly schema: 1
  /** Name and version of the suite. */
  readonly suite: string
  readonly contract: string
  readonly subject: {
    readonly name: string
    readonly version?: string
    /** The path of the subject file, if there is one. */
    readonly source?: string
    readonly capabilities: readonly Need[]
    readonly config: Record<string, unknown>
  }
  readonly env: { readonly node: string; readonly os: string; readonly tz: string }
  readonly startedAt: string
  readonly ms: number
  readonly seed: string
  readonly smoke: Smoke
  /** Every applicable MUST passed, and none was waived or had an error. */
  readonly conforms: boolean
  /** Only some rules were selected, and `conforms` is about those. */
  readonly partial: boolean
  readonly label: string
  readonly counts: Record<RuleVerdict, number>
  /** Backend commands of one call, if the client is known. */
  readonly commands: Record<string, number>
  /** Uncaught errors that belong to no rule. */
  readonly stray: readonly string[]
  readonly rules: readonly RuleResult[]
}

/** The number of rules for each verdict. */
export function countVerdicts(rules: readonly RuleResult[]): Record<RuleVerdict, number> {
  const counts: Record<RuleVerdict, number> = {
    pass: 0,
    fail: 0,
    warn: 0,
    'not-applicable': 0,
    unverified: 0,
    waived: 0,
    flaky: 0,
    error: 0,
  }
  for (const rule of rules) counts[rule.verdict]++
  return counts
}

const breaking: ReadonlySet<RuleVerdict> = new Set(['fail', 'waived', 'error', 'flaky'])

/** Whether this result counts against "conforms". */
export function breaks(result: RuleResult): boolean {
  const counts = !result.provisional && !result.onlyBesideOthers
  return result.level === 'MUST' && counts && breaking.has(result.verdict)
}

const spoken: readonly (readonly [Need, string])[] = [
  ['touch', 'touch'],
  ['all', 'list'],
  ['conditional', 'conditional'],
]

/** For instance "express-session store 1.0: core + touch + list, 131 verified, 4 unverified". */
export function labelOf(contract: string, offered: ReadonlySet<Need>, rules: readonly RuleResult[]): string {
  const parts = ['core', ...spoken.filter(([need]) => offered.has(need)).map(([, word]) => word)]
  const counts = countVerdicts(rules)
  const failed = rules.filter(breaks).length
  const texts = [`${counts.pass + counts.warn + counts.fail + counts.flaky} verified`]
  if (failed > 0) texts.push(`${failed} MUST not kept`)
  if (counts.warn > 0) texts.push(`${counts.warn} advice not followed`)
  if (counts.unverified > 0) texts.push(`${counts.unverified} unverified`)
  return `express-session store ${contract}: ${parts.join(' + ')}, ${texts.join(', ')}`
}
