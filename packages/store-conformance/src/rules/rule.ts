import type { Need } from '../subject/needs.ts'
import type { Trial } from '../trial/trial.ts'

/** How strongly a rule binds, in the sense of RFC 2119. */
export type Level = 'MUST' | 'SHOULD' | 'MAY'

/**
 * Where a rule runs. `wait`: all at once, in one shared window of waiting. `parallel`: a few at a time.
 * `serial`: alone, because it is heavy on the processor. `process`: in a child process, because it provokes
 * exceptions nobody catches, or looks at timers and the time zone.
 */
export type Lane = 'wait' | 'parallel' | 'serial' | 'process'

/** One rule of the contract, as data: reports, documentation and runners are derived from these objects. */
export interface Rule {
  /** For instance `TCH-03`. Never reused. */
  readonly id: string
  readonly level: Level
  /** The heading under which it is listed, for instance `touch`. */
  readonly family: string
  /** The normative text, one sentence. */
  readonly sentence: string
  /** What users suffer when it is broken. */
  readonly why: string
  /** Where to look in the store's code. */
  readonly check: string
  /** A published store in which it was seen, or the kind of code that does it. */
  readonly seenIn: string
  /** At least one address to read more. */
  readonly link: string
  readonly needs: readonly Need[]
  readonly lane: Lane
  /** Depends on chance: a failure is run again, and a rule that then passes is `flaky`. */
  readonly stochastic?: boolean
  /** Its session ids must reach the store as they are, even where all rules share one set of sessions. */
  readonly exactSids?: boolean
  /** The contract that brought it in. Default: `'1.0'`. */
  readonly since?: string
  /** Calls clear() although it does not need it. */
  readonly clears?: boolean
  /** Left out by `quick` although its lane is not. */
  readonly slow?: boolean
  /** Reported, not counted: it becomes binding with the next contract. */
  readonly provisional?: boolean
  /** Milliseconds after which the rule as a whole is given up. */
  readonly budgetMs?: number
  run(t: Trial): void | Promise<void>
}

/** A rule as a family's file writes it. */
export type RuleText = Omit<Rule, 'family' | 'needs' | 'lane'> & Partial<Pick<Rule, 'needs' | 'lane'>>

/** Puts the rules of one file under their heading; `needs` is empty and `lane` is `parallel` where not given. */
export function family(name: string, rules: readonly RuleText[]): readonly Rule[] {
  return rules.map(rule => ({ needs: [], lane: 'parallel', ...rule, family: name }))
}

/** Whether `pattern` (an id, the prefix of a family, or its name) names this rule. */
export function matches(rule: Rule, pattern: string): boolean {
  const wanted = pattern.trim().toLowerCase()
  const id = rule.id.toLowerCase()
  return id === wanted || id.split('-')[0] === wanted || rule.family.toLowerCase() === wanted
}
