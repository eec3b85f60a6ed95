import { readFile, writeFile } from 'node:fs/promises'
import { textOf, UsageError } from '../errors.ts'
import { badge } from '../reports/badge.ts'
import { changesBetween, compare } from '../reports/compare.ts'
import { html } from '../reports/html.ts'
import { junit } from '../reports/junit.ts'
import { markdown } from '../reports/markdown.ts'
import type { Report } from '../reports/report.ts'
import { exitCodeOf } from '../reports/shared.ts'
import { explain, rules } from '../rules/index.ts'
import type { Progress } from '../running/options.ts'
import { runConformance } from '../running/run.ts'
import { installGuard } from '../trial/guard.ts'
import { suite } from '../version.ts'
import { type Arguments, type Format, formats, readArguments, usage } from './arguments.ts'
import { type Output, progressOn, summary } from './terminal.ts'

/** Runs the command and resolves with its exit code: 0 conforms, 1 does not, 2 cannot be run, 3 the suite failed. */
export async function main(
  argv: readonly string[],
  output: Output,
  errors: Output,
  signal?: AbortSignal,
  onProgress: (progress: Progress) => void = () => {},
): Promise<number> {
  try {
    const args = readArguments(argv)
    if (args.command === 'run') return await run(args, output, errors, { signal, onProgress })
    output.write(await answer(args))
    return 0
  } catch (error) {
    const usageError = error instanceof UsageError
    errors.write(usageError ? `${error.message}\n${help}\n` : failedText(error))
    return usageError ? 2 : 3
  }
}

const help = 'Run store-conformance --help for the options; the README has complete subject files.'

function failedText(error: unknown): string {
  const what = error instanceof Error ? error.stack : textOf(error)
  return `The suite itself failed, which says nothing about your store: ${what}
What to do: run it once more with the same --seed. If it fails again, leave the rule out with --skip, and report this text at
https://github.com/coatcheck/coatcheck/issues
`
}

async function answer(args: Arguments): Promise<string> {
  switch (args.command) {
    case 'help':
      return usage
    case 'version':
      return `${suite}\n`
    case 'list':
      return rules.map(({ id, level, sentence }) => `${id}  ${level.padEnd(6)}  ${sentence}\n`).join('')
    case 'explain':
      return `${explain(args.explain)}\n`
    default:
      return compare(await Promise.all(args.files.map(readReport)))
  }
}

interface Surroundings {
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: Progress) => void
}

async function run(
  args: Arguments,
  output: Output,
  errors: Output,
  { signal, onProgress }: Surroundings,
): Promise<number> {
  const before = args.compare === undefined ? undefined : await readReport(args.compare)
  const only = args.lastFailures === undefined ? args.only : await failuresOf(args.lastFailures)
  let code = 0
  for (let round = 1; round <= args.repeat && code === 0 && !signal?.aborted; round++) {
    const show = progressOn(errors)
    if (args.repeat > 1) output.write(`Run ${round} of ${args.repeat}\n`)
    const report = await runConformance(args.files[0] as string, {
      ...(only ? { only } : {}),
      ...(args.seed === undefined ? {} : { seed: args.seed }),
      ...(args.contract === undefined ? {} : { contract: args.contract }),
      ...(signal ? { signal } : {}),
      skip: args.skip,
      quick: args.quick,
      onProgress: progress => {
        onProgress(progress)
        show(progress)
      },
    })
    output.write(summary(report, args.strict))
    if (before) output.write(changesText(before, report))
    // A store may fail later still. That must not end the process while the report is being written.
    const release = installGuard(() => {})
    try {
      await writeReports(report, args, before)
    } finally {
      release()
    }
    code = exitCodeOf(report, args.strict)
  }
  return code
}

/** The broken rules of a report. */
async function failuresOf(file: string): Promise<string[]> {
  const { rules: results } = await readReport(file)
  const ids = results.filter(({ verdict }) => /^(fail|warn|flaky|error)$/.test(verdict)).map(({ id }) => id)
  if (ids.length === 0) throw new UsageError(`Every rule was kept in ${file}: there is nothing to run again.`)
  return ids
}

function changesText(before: Report, report: Report): string {
  const changes = changesBetween(before, report)
  if (changes.length === 0) return 'No verdict has changed.\n'
  return changes.map(({ id, from, to }) => `${id}: ${from} -> ${to}\n`).join('')
}

async function writeReports(report: Report, args: Arguments, before: Report | undefined): Promise<void> {
  const texts: Record<Format, () => string> = {
    json: () => `${JSON.stringify(report, null, 2)}\n`,
    junit: () => junit(report, args.strict),
    md: () => markdown(report, args.strict, before),
    html: () => html(report),
    badge: () => `${JSON.stringify(badge(report), null, 2)}\n`,
  }
  for (const format of formats) {
    const file = args.outputs[format]
    if (file === undefined) continue
    await writeFile(file, texts[format]()).catch(error => {
      throw new UsageError(`The report ${file} could not be written: ${error.message}`)
    })
  }
}

async function readReport(file: string): Promise<Report> {
  try {
    const report = JSON.parse(await readFile(file, 'utf8'))
    if (report?.schema === 1) return report
  } catch (error) {
    throw new UsageError(`The report ${file} could not be read: ${textOf(error)}`)
  }
  throw new UsageError(`${file} is not a report of this suite (schema 1).`)
}
