import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RuleResult } from '../reports/report.ts'
import type { Rule } from '../rules/rule.ts'
import { budgetOf, resultOf } from '../running/run-rule.ts'
import type { Assignment, News } from './protocol.ts'

/** What the parent does with messages of the child. */
export interface Listeners {
  onStart(rule: Rule): void
  onResult(rule: Rule, result: RuleResult): void
  onStray(message: string): void
  readonly execArgv: readonly string[]
  readonly signal: AbortSignal | undefined
}

const loadingMs = 30_000

/**
 * Runs rules in a child process, one after the other. If the child dies or hangs, its current rule fails, and another child
 * continues with the remaining rules.
 */
export async function runInChild(
  rules: readonly Rule[],
  order: Omit<Assignment, 'rules'>,
  listeners: Listeners,
): Promise<void> {
  let left = [...rules]
  while (left.length > 0 && !listeners.signal?.aborted) {
    const shift = new Shift(left, order, listeners)
    left = await shift.end
  }
}

/** The life of one child. */
class Shift {
  /** Resolves with the remaining rules when the child has ended. */
  readonly end: Promise<Rule[]>
  readonly #left: Rule[]
  readonly #order: Omit<Assignment, 'rules'>
  readonly #listeners: Listeners
  readonly #child: ChildProcess
  #current: Rule | undefined
  #timer: NodeJS.Timeout | undefined
  #errors = ''
  #over = ''

  constructor(rules: readonly Rule[], order: Omit<Assignment, 'rules'>, listeners: Listeners) {
    this.#left = [...rules]
    this.#order = order
    this.#listeners = listeners
    this.#child = start(listeners.execArgv)
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#errors = (this.#errors + data.toString()).slice(-4000)
    })
    this.#child.on('message', (news: News) => this.#hear(news))
    const stop = (): void => this.#kill('the run was aborted')
    listeners.signal?.addEventListener('abort', stop, { once: true })
    this.end = new Promise(resolve => {
      this.#child.once('error', error => this.#leave(`could not be started: ${error.message}`, resolve))
      this.#child.once('close', (code, signal) => {
        listeners.signal?.removeEventListener('abort', stop)
        this.#leave(this.#over || `ended with ${signal ?? `exit code ${code}`}`, resolve)
      })
    })
    this.#watch(loadingMs)
    this.#child.send({ ...order, rules: rules.map(rule => rule.id) } satisfies Assignment, () => {})
  }

  #hear(news: News): void {
    if (news.type === 'stray') this.#listeners.onStray(news.message)
    if (news.type === 'unloadable') this.#unverified(news.message)
    if (news.type === 'start') {
      this.#current = this.#left.find(rule => rule.id === news.id)
      if (this.#current) this.#watch(this.#patienceFor(this.#current))
      if (this.#current) this.#listeners.onStart(this.#current)
    }
    if (news.type === 'result') this.#report(news.result)
    if (news.type === 'done') this.#watch(5000)
  }

  /** The time limit is longer than the child's own limits, which are late on a busy machine. */
  #patienceFor(rule: Rule): number {
    return budgetOf(rule, this.#order) * (rule.stochastic ? 3 : 1) * 2 + 5000
  }

  #report(result: RuleResult): void {
    const rule = this.#left.find(candidate => candidate.id === result.id)
    if (!rule) return
    this.#left.splice(this.#left.indexOf(rule), 1)
    this.#current = undefined
    this.#listeners.onResult(rule, result)
  }

  #unverified(message: string): void {
    for (const rule of [...this.#left])
      this.#report(resultOf(rule, 'unverified', `the child process did not start: ${message}`))
  }

  /** The child has ended: its current rule has failed. If there was none, no rule gets a verdict. */
  #leave(how: string, resolve: (left: Rule[]) => void): void {
    clearTimeout(this.#timer)
    const rule = this.#current
    if (rule && !this.#listeners.signal?.aborted) {
      const verdict = rule.level === 'MUST' ? 'fail' : 'warn'
      this.#report(resultOf(rule, verdict, `the process ${how}${this.#lastWords()}`))
    } else if (!rule) this.#unverified(`${how}${this.#lastWords()}`)
    resolve(this.#left)
  }

  #lastWords(): string {
    const lines = this.#errors.split('\n').map(line => line.trim())
    const telling =
      lines.find(line => /^\w*(Error|Exception|Warning)\b/.test(line)) ?? lines.findLast(line => line !== '')
    return telling ? ` (${telling})` : ''
  }

  #watch(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#kill(`was stopped, as it did not go on within ${ms} ms`), ms)
  }

  #kill(why: string): void {
    this.#over = why
    this.#child.kill('SIGKILL')
  }
}

/** Starts the child's code, which is beside this file, as source or built. Without debugger options, whose port is in use. */
function start(execArgv: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(`./main${extname(new URL(import.meta.url).pathname)}`, import.meta.url))
  return fork(file, [], {
    execArgv: execArgv.filter(option => !option.startsWith('--inspect')),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}
