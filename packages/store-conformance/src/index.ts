export type { CallOptions, Outcome } from './calls/call.ts'
export type { Entry } from './calls/entries.ts'
export { StoreHandle } from './calls/handle.ts'
export type { Stored } from './calls/stored.ts'
export { Chaos, type Held } from './chaos/chaos.ts'
export { Failure, Unverified, UsageError } from './errors.ts'
export { formatFailure, formatRule, linkTo } from './reports/failure.ts'
export {
  breaks,
  countVerdicts,
  type Report,
  type RuleResult,
  type RuleVerdict,
  type Smoke,
} from './reports/report.ts'
export { explain, rules } from './rules/index.ts'
export type { Lane, Level, Rule } from './rules/rule.ts'
export type { Progress, RunOptions } from './running/options.ts'
export { runConformance } from './running/run.ts'
export type { AnyStore } from './subject/any-store.ts'
export type { OpenOptions } from './subject/context.ts'
export { loadSubject, moduleOf, type SubjectModule } from './subject/load.ts'
export type { Capability, Hook, Need } from './subject/needs.ts'
export { defineSubject, normalizeSubject } from './subject/normalize.ts'
export type { Backend, ConditionalMapping, Context, Subject, SubjectLike, Waiver } from './subject/subject.ts'
export { linearizable, type Operation, type Verdict } from './trial/linearizable.ts'
export type { Measured, Setting } from './trial/setting.ts'
export { Trial } from './trial/trial.ts'
export { Cookie, type CookieInit, Session } from './values/session.ts'
