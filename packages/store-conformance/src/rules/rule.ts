import type { Need } from '../subject/needs.ts'
import type { Trial } from '../trial/trial.ts'
import type { Axis } from './axes.ts'

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
  /** The id, such as `TCH-03`. It is never reused. */
  readonly id: string
  /** The axes whose far end this rule tests. Empty if it tests one thing in a calm store. */
  readonly axes: readonly Axis[]
  readonly level: Level
  /** The heading under which it is listed, such as `touch`. */
  readonly family: string
  /** The normative text, one sentence. */
  readonly sentence: string
  /** The harm to users when it is broken. */
  readonly why: string
  /** Where to look in the store's code. */
  readonly check: string
  /** A published store that has broken it, or the kind of code that does. */
  readonly seenIn: string
  /** At least one link with more information. */
  readonly link: string
  readonly needs: readonly Need[]
  readonly lane: Lane
  /** The rule depends on chance: it is run again after a failure, and is `flaky` if it then passes. */
  readonly stochastic?: boolean
  /** The store must get its session ids unchanged, even if all rules share one set of sessions. */
  readonly exactSids?: boolean
  /** The first contract that has this rule. Default: `'1.0'`. */
  readonly since?: string
  /** Calls clear() although it does not need it. */
  readonly clears?: boolean
  /** Skipped by `quick`, although its lane is not. */
  readonly slow?: boolean
  /** Reported but not counted. It becomes binding with the next contract. */
  readonly provisional?: boolean
  /** Milliseconds after which the rule is stopped. */
  readonly budgetMs?: number
  run(t: Trial): void | Promise<void>
}

/** A rule in the file of its family. */
export type RuleText = Omit<Rule, 'family' | 'needs' | 'lane'> & Partial<Pick<Rule, 'needs' | 'lane'>>

/** Adds the heading to the rules of one file. Default: `needs` is empty and `lane` is `parallel`. */
export function family(name: string, rules: readonly RuleText[]): readonly Rule[] {
  return rules.map(rule => ({ needs: [], lane: 'parallel', ...rule, family: name }))
}

/** Whether `pattern` (an id, the prefix of a family, or its name) names this rule. */
export function matches(rule: Rule, pattern: string): boolean {
  const wanted = pattern.trim().toLowerCase()
  const id = rule.id.toLowerCase()
  return id === wanted || id.split('-')[0] === wanted || rule.family.toLowerCase() === wanted
}
