import { randomBytes } from 'node:crypto'
import { release, type } from 'node:os'
import { Pulse } from '../calls/pulse.ts'
import { textOf, UsageError } from '../errors.ts'
import { breaks, countVerdicts, labelOf, type Report, type RuleResult } from '../reports/report.ts'
import { rules } from '../rules/index.ts'
import type { Rule } from '../rules/rule.ts'
import { loadSubject, moduleOf, type SubjectModule } from '../subject/load.ts'
import { normalizeSubject } from '../subject/normalize.ts'
import type { Subject, SubjectLike } from '../subject/subject.ts'
import { installGuard } from '../trial/guard.ts'
import type { Setting } from '../trial/setting.ts'
import { contracts, suite } from '../version.ts'
import { runLanes } from './lanes.ts'
import { type RunOptions, refuseUnknown, selectRules } from './options.ts'
import { type Findings, smokeTest } from './smoke.ts'
import { tearDown } from './tear-down.ts'

/**
 * Tests a store against the contract. The subject is a path or URL of a file, or anything that a subject file may export.
 * Resolves with a report, no matter what the store does. Rejects with a UsageError when the subject or an option is wrong.
 */
export async function runConformance(
  given: SubjectLike | string | URL,
  options: RunOptions = {},
): Promise<Report> {
  selectRules(rules, options.only)
  refuseUnknown(rules, options.skip ?? [])
  const { subject, module } = await resolveSubject(given, options.module)
  const contract = contractOf(subject, options)
  const chosen = selectRules(rules, options.only).filter(rule => isOf(contract, rule))
  const started = Date.now()
  const stray: string[] = []
  const remove = installGuard(error => stray.push(textOf(error)))
  try {
    await setUp(subject)
    const setting: Setting = { ...settingOf(subject, options), onStray: message => stray.push(message) }
    const findings = await smokeTest(setting)
    options.onProgress?.({ type: 'smoke', smoke: findings.smoke })
    const { offered, learned, granularityMs, storeName, measured } = findings
    const named = { ...subject, granularityMs, name: subject.name ?? storeName }
    const full = { ...setting, subject: named, offered, learned, measured }
    const results = findings.smoke.ok ? await runLanes(chosen, full, { ...options, module, stray }) : []
    return reportOf(full, findings, results, { options, contract, started, stray, source: sourceOf(given) })
  } finally {
    await tearDown(subject).catch(error => process.emitWarning(`teardown failed: ${textOf(error)}`))
    remove()
  }
}

interface Resolved {
  readonly subject: Subject
  readonly module: SubjectModule | undefined
}

async function resolveSubject(
  given: SubjectLike | string | URL,
  known: SubjectModule | undefined,
): Promise<Resolved> {
  if (typeof given !== 'string' && !(given instanceof URL))
    return { subject: normalizeSubject(given), module: known }
  const module = known ?? moduleOf(given)
  return { subject: await loadSubject(module), module }
}

/** Whether this contract has the rule. */
function isOf(contract: string, { since = '1.0' }: Rule): boolean {
  return contracts.indexOf(since) <= contracts.indexOf(contract)
}

function contractOf(subject: Subject, options: RunOptions): string {
  const contract = options.contract ?? subject.contract ?? contracts.at(-1)!
  if (contracts.includes(contract)) return contract
  throw new UsageError(`There is no contract ${JSON.stringify(contract)}; there is ${contracts.join(', ')}.`)
}

async function setUp(subject: Subject): Promise<void> {
  try {
    await subject.setup?.()
  } catch (error) {
    throw new UsageError(`The subject's setup() failed: ${textOf(error)}`)
  }
}

function settingOf(subject: Subject, options: RunOptions): Setting {
  const run = randomBytes(3).toString('hex')
  return {
    subject,
    offered: new Set(),
    learned: [],
    run,
    seed: options.seed ?? randomBytes(2).toString('hex'),
    pulse: new Pulse(),
  }
}

interface Circumstances {
  readonly options: RunOptions
  readonly contract: string
  readonly started: number
  readonly stray: readonly string[]
  readonly source: string | undefined
}

function sourceOf(given: unknown): string | undefined {
  return typeof given === 'string' || given instanceof URL ? String(given) : undefined
}

function reportOf(
  setting: Setting,
  findings: Findings,
  results: readonly RuleResult[],
  rest: Circumstances,
): Report {
  const { subject, offered, seed } = setting
  const { options, contract, started, stray, source } = rest
  const sorted = inOrder(rules, results)
  return {
    schema: 1,
    suite,
    contract,
    subject: {
      name: subject.name ?? 'store',
      ...(subject.version ? { version: subject.version } : {}),
      ...(source ? { source } : {}),
      capabilities: [...offered],
      config: configOf(subject),
    },
    env: {
      node: process.version,
      os: `${type()} ${release()}`,
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    startedAt: new Date(started).toISOString(),
    ms: Date.now() - started,
    seed,
    smoke: findings.smoke,
    conforms: findings.smoke.ok && stray.length === 0 && !sorted.some(breaks) && !options.signal?.aborted,
    partial: options.only !== undefined,
    label: labelOf(contract, offered, sorted),
    counts: countVerdicts(sorted),
    commands: findings.commands,
    stray,
    rules: sorted,
  }
}

function configOf(subject: Subject): Record<string, unknown> {
  const {
    granularityMs,
    style,
    shared,
    namespaces,
    defaultTtl,
    consistency,
    lagMs,
    maxPayload,
    maxSessions,
    deadlineMs,
  } = subject
  const all = {
    granularityMs,
    style,
    shared,
    namespaces,
    defaultTtl,
    consistency,
    lagMs,
    maxPayload,
    maxSessions,
    deadlineMs,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function inOrder(all: readonly Rule[], results: readonly RuleResult[]): RuleResult[] {
  const places = new Map(all.map((rule, index) => [rule.id, index]))
  return [...results].sort((a, b) => places.get(a.id)! - places.get(b.id)!)
}
