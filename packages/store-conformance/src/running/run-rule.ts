import { Failure, TooSlow, textOf, Unverified } from '../errors.ts'
import type { RuleResult, RuleVerdict } from '../reports/report.ts'
import type { Rule } from '../rules/rule.ts'
import type { Hook, Need } from '../subject/needs.ts'
import type { Waiver } from '../subject/subject.ts'
import { guarded, within } from '../trial/guard.ts'
import type { Measured, Setting } from '../trial/setting.ts'
import { Trial } from '../trial/trial.ts'
import { crowding } from '../values/patience.ts'
import { usualLifeMs } from '../values/session.ts'

const hooks: ReadonlySet<Need> = new Set<Hook>([
  'chaos',
  'down',
  'hang',
  'putRaw',
  'rows',
  'sweep',
  'age',
  'lock',
  'deadline',
])

/** A result without a run. */
export function resultOf(
  rule: Rule,
  verdict: RuleVerdict,
  message: string,
  rest: Partial<RuleResult> = {},
): RuleResult {
  const { id, level, family, sentence, provisional } = rule
  return {
    id,
    level,
    family,
    sentence,
    verdict,
    message,
    steps: [],
    ms: 0,
    ...(provisional ? { provisional } : {}),
    ...rest,
  }
}

/** The result of a rule that is not run, because something is missing, or because it was waived. */
export function settledBefore(rule: Rule, setting: Setting): RuleResult | undefined {
  const missing = rule.needs.filter(need => !setting.offered.has(need))
  const lacking = missing.find(need => !hooks.has(need))
  if (lacking) return resultOf(rule, 'not-applicable', `the store offers no ${lacking}`)
  const waiver = setting.subject.waive?.[rule.id]
  if (waiver) return waived(rule, waiver)
  if (missing.length > 0) return resultOf(rule, 'unverified', `needs ${missing.map(hookText).join(' and ')}`)
  return undefined
}

function waived(rule: Rule, waiver: Waiver): RuleResult {
  const over = waiver.until !== undefined && new Date().toISOString().slice(0, 10) > waiver.until
  const verdict = over ? failing(rule) : 'waived'
  return resultOf(rule, verdict, over ? `the waiver ran out on ${waiver.until}` : waiver.reason, { waiver })
}

function hookText(need: Need): string {
  if (need === 'chaos') return 'create() to pass its client through context.chaos(client)'
  if (need === 'down') return 'backend.down and backend.up, or context.chaos(client)'
  if (need === 'hang') return 'backend.hang and backend.up, or context.chaos(client)'
  if (need === 'lock') return 'backend.lock and backend.up'
  return need === 'deadline' ? 'deadlineMs' : `backend.${need}`
}

/** Runs one rule. If it depends on chance and fails, it is run twice more. Never rejects. */
export async function runRule(rule: Rule, setting: Setting, from = 0): Promise<RuleResult> {
  const first = await attempt(rule, setting, from)
  if (!rule.stochastic || first.verdict !== failing(rule)) return first
  for (const again of [1, 2]) {
    const next = await attempt(rule, setting, from + again)
    if (next.verdict === first.verdict) return next
  }
  return { ...first, verdict: 'flaky', message: `${first.message} (then passed twice)` }
}

async function attempt(rule: Rule, setting: Setting, number: number): Promise<RuleResult> {
  const trial = new Trial(setting, rule.id, number, rule.exactSids)
  const started = performance.now()
  const budget = budgetOf(rule, setting)
  // A call that is never answered has a limit of its own, and fails the rule. So this rule is only slow.
  const overdue = new TooSlow(`store or machine were too slow: the rule was not finished within ${budget} ms`)
  let thrown: unknown
  try {
    await guarded(trial, () => within(budget, perform(rule, trial), () => overdue))
  } catch (error) {
    thrown = error ?? new Error(`thrown: ${error}`)
  }
  if (thrown instanceof Failure) thrown = unlessTooLate(thrown, started)
  const { verdict, message, tooSlow } = judge(rule, thrown, trial)
  if (verdict === 'pass') trial.passed()
  const ms = Math.round(performance.now() - started)
  const steps = verdict === 'pass' ? [] : trial.recorder.lines()
  await guarded(trial, () => trial.end()).catch(() => {})
  return resultOf(rule, verdict, message, { steps, ms, ...(tooSlow && { tooSlow }) })
}

/** A failure, but no verdict if the usual session of a rule may have ended meanwhile, because the machine was too busy. */
export function unlessTooLate(failure: Failure, started: number): Failure | TooSlow {
  const took = performance.now() - started
  if (took < usualLifeMs) return failure
  const seconds = Math.round(took / 1000)
  return new TooSlow(`the rule took ${seconds} s, and its sessions live for a minute: ${failure.message}`)
}

/** Milliseconds that a rule may take. A slower store has more, and so has a busy machine. */
export function budgetOf(rule: Rule, { measured }: { readonly measured?: Measured | undefined }): number {
  return Math.round((rule.budgetMs ?? 30_000) * (1 + (measured?.latencyMs ?? 0) / 25) * crowding())
}

async function perform(rule: Rule, trial: Trial): Promise<void> {
  await rule.run(trial)
  // An error that is thrown in a later tick is also the store's.
  await trial.wait(5)
}

interface Judgement {
  readonly verdict: RuleVerdict
  readonly message: string
  readonly tooSlow?: boolean
}

function judge(rule: Rule, thrown: unknown, trial: Trial): Judgement {
  const late =
    trial.uncaught.length > 0 ? `an error that nobody could catch: ${textOf(trial.uncaught[0])}` : ''
  if (thrown instanceof Unverified) {
    return { verdict: 'unverified', message: thrown.message, tooSlow: thrown instanceof TooSlow }
  }
  if (thrown instanceof Failure) {
    return { verdict: failing(rule), message: late ? `${thrown.message}; ${late}` : thrown.message }
  }
  if (thrown !== undefined) return { verdict: 'error', message: `the suite broke: ${whereOf(thrown)}` }
  return late ? { verdict: failing(rule), message: late } : { verdict: 'pass', message: '' }
}

function whereOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack?.split('\n').slice(1, 3) ?? []) : []
  return [textOf(error), ...stack.map(frame => frame.trim())].join(' ')
}

function failing(rule: Rule): RuleVerdict {
  return rule.level === 'MUST' ? 'fail' : 'warn'
}
