import { runInChild } from '../child/parent.ts'
import type { RuleResult } from '../reports/report.ts'
import { type Lane, matches, type Rule } from '../rules/rule.ts'
import type { Setting } from '../trial/setting.ts'
import { crowding } from '../values/patience.ts'
import type { RunOptions } from './options.ts'
import { resultOf, runRule, settledBefore } from './run-rule.ts'

type Options = Omit<RunOptions, 'module'>

interface LaneOptions extends Options {
  readonly module: RunOptions['module'] | undefined
  /** Errors that belong to no rule are added here. */
  readonly stray: string[]
}

/** Runs the rules: those that wait in parallel, others a few at a time, then one by one, then in a child process. */
export async function runLanes(
  rules: readonly Rule[],
  setting: Setting,
  options: LaneOptions,
): Promise<RuleResult[]> {
  const results: RuleResult[] = []
  const finish = (rule: Rule, result: RuleResult): void => {
    results.push(result)
    options.onProgress?.({ type: 'result', rule, result })
  }
  options.onProgress?.({ type: 'begin', rules })
  const open = rules.filter(rule => {
    const settled = leftOut(rule, options) ?? settledBefore(rule, setting)
    if (settled) finish(rule, settled)
    return !settled
  })
  const { parallel, serial } = widthsFor(setting, options)
  // These run alone: a clear() may empty the whole server, and a lock may lock all sessions, which would disturb other rules.
  const alone = open.filter(rule => locks(rule) || (setting.measured?.clearsAll && isClearing(rule)))
  const others = open.filter(rule => !alone.includes(rule))
  const here = (lane: Lane, width: number): Promise<void> =>
    pool(ofLane(others, lane), width, options, finish, setting)
  const children = (some: readonly Rule[]): Promise<void> =>
    processLane(ofLane(some, 'process'), setting, options, finish)
  const inChild = options.module !== undefined && options.processRules !== 'here' && serial + parallel > 2
  const child = inChild ? children(others) : undefined
  const waiting = here('wait', parallel === 1 ? 1 : Number.POSITIVE_INFINITY)
  if (parallel === 1) await waiting
  if (serial > 1) await Promise.all([here('parallel', parallel), here('serial', serial)])
  else {
    await here('parallel', parallel)
    await waiting
    await here('serial', serial)
  }
  await waiting
  await (child ?? children(others))
  await pool(
    alone.filter(rule => rule.lane !== 'process'),
    1,
    options,
    finish,
    setting,
  )
  await children(alone)
  await onceMoreAlone(open, setting, options, results)
  const done = new Set(results.map(result => result.id))
  for (const rule of open)
    if (!done.has(rule.id)) finish(rule, resultOf(rule, 'unverified', 'the run was aborted'))
  return results
}

/** Milliseconds for repeating rules, longer on a busy machine. A store that breaks a hundred rules needs no repetition. */
const mostMsAlone = 20_000

/**
 * Repeats alone each rule that failed beside others, and each for which store or machine were too slow. If what failed passes alone, it
 * gets another verdict: the rule is kept, but the store shares something between its sessions, connections or namespaces.
 */
async function onceMoreAlone(
  rules: readonly Rule[],
  setting: Setting,
  options: Options,
  results: RuleResult[],
): Promise<void> {
  const most = mostMsAlone * crowding()
  const over = performance.now() + most
  for (const [index, result] of results.entries()) {
    if (performance.now() > over || options.signal?.aborted) return
    const rule = rules.find(candidate => candidate.id === result.id)
    if (!rule || rule.lane === 'process') continue
    if (result.tooSlow) results[index] = await runRule(rule, setting, 3)
    const broken = result.verdict === 'fail' || result.verdict === 'warn'
    if (!broken || result.ms > most) continue
    if (!(await passesAlone(rule, setting, over))) continue
    const message = `${result.message} (only beside other rules: alone it passes)`
    results[index] = { ...result, verdict: 'flaky', message, onlyBesideOthers: true }
  }
}

/** Three times, because a rule that fails by chance also passes once in a while. */
async function passesAlone(rule: Rule, setting: Setting, over: number): Promise<boolean> {
  for (const attempt of [3, 6, 9]) {
    if (attempt > 3 && performance.now() > over) return true
    if ((await runRule(rule, setting, attempt)).verdict !== 'pass') return false
  }
  return true
}

/**
 * How many rules run in parallel. One if stores share one set of sessions and would disturb each other. More if each call waits for a
 * backend, because waiting needs no processor time.
 */
function widthsFor(setting: Setting, options: Options): { parallel: number; serial: number } {
  const apart = setting.offered.has('namespaces') || !setting.offered.has('shared')
  if (!apart) return { parallel: 1, serial: 1 }
  const waits = (setting.measured?.latencyMs ?? 0) >= 2
  const { concurrency } = options
  return { parallel: concurrency ?? (waits ? 24 : 8), serial: waits ? Math.min(concurrency ?? 8, 8) : 1 }
}

/** Whether a rule makes writes fail or wait. */
function locks(rule: Rule): boolean {
  return rule.needs.includes('lock')
}

/** Whether a rule calls clear(). */
function isClearing(rule: Rule): boolean {
  return rule.clears === true || rule.needs.includes('clear')
}

type Finish = (rule: Rule, result: RuleResult) => void

function ofLane(rules: readonly Rule[], lane: Lane): Rule[] {
  return rules.filter(rule => rule.lane === lane)
}

function leftOut(rule: Rule, options: Options): RuleResult | undefined {
  if (options.skip?.some(pattern => matches(rule, pattern))) {
    return resultOf(rule, 'waived', 'left out by the option skip')
  }
  const slow = rule.slow || rule.lane === 'wait' || rule.lane === 'serial'
  return options.quick && slow ? resultOf(rule, 'unverified', 'left out by the option quick') : undefined
}

/** Rules that may take long come first, so that the run does not end with one of them alone. */
function longestFirst(rules: readonly Rule[]): Rule[] {
  return rules.toSorted((a, b) => (b.budgetMs ?? 0) - (a.budgetMs ?? 0))
}

async function pool(
  rules: Rule[],
  width: number,
  options: Options,
  finish: Finish,
  setting: Setting,
): Promise<void> {
  const queue = width > 1 ? longestFirst(rules) : [...rules]
  const worker = async (): Promise<void> => {
    for (let rule = queue.shift(); rule && !options.signal?.aborted; rule = queue.shift()) {
      options.onProgress?.({ type: 'start', rule })
      finish(rule, await runRule(rule, setting))
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, queue.length) }, worker))
}

/**
 * Runs rules in a child process if the subject's file is known. A subject that exists only in memory, such as a function given to the
 * adapter of a test runner, is tested in this process, under the guard. The guard works in node:test, mocha and vitest. Where it does
 * not work, the adapter says so, and these rules are unverified.
 */
async function processLane(
  rules: Rule[],
  setting: Setting,
  options: LaneOptions,
  finish: Finish,
): Promise<void> {
  if (rules.length === 0) return
  const mode = options.processRules ?? 'auto'
  if (options.module && mode !== 'here') {
    const { seed, run, learned, subject, measured } = setting
    const { granularityMs } = subject
    const order = {
      module: options.module,
      offered: [...setting.offered],
      learned,
      run,
      seed,
      granularityMs,
      measured,
    }
    await runInChild(rules, order, {
      onStart: rule => options.onProgress?.({ type: 'start', rule }),
      onResult: finish,
      onStray: message => options.stray.push(message),
      execArgv: options.execArgv ?? process.execArgv,
      signal: options.signal,
    })
  } else if (mode === 'unverified') {
    for (const rule of rules)
      finish(rule, resultOf(rule, 'unverified', 'needs the subject as a file, to load it in a child process'))
  } else await pool(rules, 1, options, finish, setting)
}
