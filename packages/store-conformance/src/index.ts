export type { CallOptions, Outcome } from './call.ts'
export { Chaos, type Held } from './chaos.ts'
export type { Entry } from './entries.ts'
export { Failure, Unverified, UsageError } from './errors.ts'
export { formatFailure, formatRule, linkTo } from './failure.ts'
export { type Stored, StoreHandle } from './handle.ts'
export { linearizable, type Operation, type Verdict } from './linearizable.ts'
export { loadSubject, moduleOf, type SubjectModule } from './load.ts'
export type { Progress, RunOptions } from './options.ts'
export {
  breaks,
  countVerdicts,
  type Report,
  type RuleResult,
  type RuleVerdict,
  type Smoke,
} from './report.ts'
export type { Capability, Hook, Lane, Level, Need, Rule } from './rule.ts'
export { explain, rules } from './rules/index.ts'
export { runConformance } from './run.ts'
export { Cookie, type CookieInit, Session } from './session.ts'
export {
  type AnyStore,
  type Backend,
  type ConditionalMapping,
  type Context,
  defineSubject,
  normalizeSubject,
  type Subject,
  type SubjectLike,
  type Waiver,
} from './subject.ts'
export { type OpenOptions, type Setting, Trial } from './trial.ts'
