import { runInChild } from '../child/parent.ts'
import type { RuleResult } from '../reports/report.ts'
import { type Lane, matches, type Rule } from '../rules/rule.ts'
import type { Setting } from '../trial/trial.ts'
import type { RunOptions } from './options.ts'
import { resultOf, runRule, settledBefore } from './run-rule.ts'

type Options = Omit<RunOptions, 'module'>

interface LaneOptions extends Options {
  readonly module: RunOptions['module'] | undefined
  /** Errors without an owner are added here. */
  readonly stray: string[]
}

/** Runs the rules: those that wait all at once, then some at a time, then one by one, then in a process of their own. */
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
  // Stores that share one set of sessions would be in each other's way.
  const apart = setting.offered.has('namespaces') || !setting.offered.has('shared')
  const here = (lane: Lane, width: number): Promise<void> =>
    pool(ofLane(open, lane), apart ? width : 1, options, finish, setting)
  await here('wait', Number.POSITIVE_INFINITY)
  await here('parallel', options.concurrency ?? 8)
  await here('serial', 1)
  await processLane(ofLane(open, 'process'), setting, options, finish)
  const done = new Set(results.map(result => result.id))
  for (const rule of open)
    if (!done.has(rule.id)) finish(rule, resultOf(rule, 'unverified', 'the run was aborted'))
  return results
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

async function pool(
  rules: Rule[],
  width: number,
  options: Options,
  finish: Finish,
  setting: Setting,
): Promise<void> {
  const queue = [...rules]
  const worker = async (): Promise<void> => {
    for (let rule = queue.shift(); rule && !options.signal?.aborted; rule = queue.shift()) {
      options.onProgress?.({ type: 'start', rule })
      finish(rule, await runRule(rule, setting))
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, queue.length) }, worker))
}

/**
 * In a child when the subject's file is known. A subject that exists only in memory (a function given to a test
 * runner's adapter) is looked at here, under the guard: a verdict is worth more than none, and the guard holds in
 * node:test, mocha and vitest. Where it does not, the adapter says so, and these rules stay unverified.
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
    const { seed, run, learned, subject } = setting
    const { granularityMs } = subject
    const order = { module: options.module, offered: [...setting.offered], learned, run, seed, granularityMs }
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
