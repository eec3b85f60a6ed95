import { textOf } from '../errors.ts'
import type { Report, RuleResult } from '../reports/report.ts'
import { failureText, familiesOf, isFailure } from '../reports/shared.ts'
import { rules } from '../rules/index.ts'
import { matches, type Rule } from '../rules/rule.ts'
import type { RunOptions } from '../running/options.ts'
import { runConformance } from '../running/run.ts'
import type { SubjectLike } from '../subject/subject.ts'

/** Options of `conformance()`. */
export interface ConformanceOptions extends Omit<RunOptions, 'onProgress' | 'signal'> {
  /** Heading of the tests. Default `'session store conformance'`. */
  name?: string
  /** Whether a broken SHOULD fails its test. Default `false`: its text is printed. */
  strict?: boolean
}

/** What an adapter needs of a test runner. */
export interface Runner {
  describe(name: string, body: () => void): void
  /** `skip` marks the test as skipped. If the runner cannot do that, it prints the reason. */
  test(name: string, body: (skip: (reason: string) => void) => Promise<void>): void
}

/** A limit longer than any run, because a test waits for the whole suite, which has its own limits. */
export const TEST_TIMEOUT = 600_000

/** Registers one test per rule, grouped by family. The first test runs the whole suite, once. */
export function register(
  runner: Runner,
  subject: SubjectLike | string | URL,
  { name = 'session store conformance', strict = false, ...options }: ConformanceOptions,
): void {
  let running: Promise<Report> | undefined
  const report = () => {
    running ??= runConformance(subject, options)
    return running
  }
  runner.describe(name, () => {
    runner.test('the store can be tested', async () => checkRun(await report()))
    for (const [family, group] of familiesOf(chosen(options) as unknown as RuleResult[])) {
      runner.describe(family, () => {
        for (const { id, level, sentence } of group) {
          runner.test(`${id} ${level} ${sentence}`, async skip => judge(await report(), id, strict, skip))
        }
      })
    }
  })
}

function chosen({ only }: RunOptions): readonly Rule[] {
  return only ? rules.filter(rule => only.some(pattern => matches(rule, pattern))) : rules
}

function checkRun(report: Report): void {
  if (!report.smoke.ok) throw new Error([report.smoke.message, ...report.smoke.steps].join('\n'))
  if (report.stray.length)
    throw new Error(`Errors that nobody caught: ${report.stray.map(textOf).join('; ')}`)
}

function judge(report: Report, id: string, strict: boolean, skip: (reason: string) => void): void {
  const result = report.rules.find(candidate => candidate.id === id)
  if (!result) return skip('the subject cannot be run')
  if (result.verdict === 'pass') return
  if (isFailure(result, strict)) throw new Error(failureText(report, result))
  if (result.verdict === 'warn' || result.verdict === 'flaky') console.warn(failureText(report, result))
  else skip(`${result.verdict}: ${result.message}`)
}
