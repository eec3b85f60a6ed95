import { type Finding, findingsOf } from '../reports/findings.ts'
import type { Report } from '../reports/report.ts'
import { failureText, isFailure } from '../reports/shared.ts'
import type { Progress } from '../running/options.ts'

/** The output of the command: a terminal, a pipe, or a test. */
export interface Output {
  write(text: string): unknown
  isTTY?: boolean | undefined
}

/** Shows the progress of a run: on a terminal one line that is rewritten, otherwise a line for each broken rule. */
export function progressOn(output: Output): (progress: Progress) => void {
  let total = 0
  let done = 0
  let broken = 0
  return progress => {
    if (progress.type === 'begin') total = progress.rules.length
    if (progress.type !== 'result') return
    done++
    const { id, verdict, message } = progress.result
    const failed = verdict === 'fail' || verdict === 'error' || verdict === 'flaky'
    if (failed) broken++
    if (output.isTTY)
      output.write(`\r\u001b[K${done}/${total} rules${broken ? `, ${broken} broken` : ''}  ${id}`)
    else if (failed) output.write(`${done}/${total} ${id} ${verdict}: ${message}\n`)
    if (output.isTTY && done === total) output.write('\r\u001b[K')
  }
}

/** The result of a run: every broken rule, then the verdict. */
export function summary(report: Report, strict: boolean): string {
  if (!report.smoke.ok) return smokeText(report)
  const shown = report.rules.filter(
    result => isFailure(result, strict) || result.verdict === 'warn' || result.verdict === 'flaky',
  )
  const ordered = [...shown].sort((a, b) => Number(isFailure(b, strict)) - Number(isFailure(a, strict)))
  const failures = findingsOf(ordered).map(finding => findingText(report, finding))
  const stray = report.stray.map(
    text => `‼ an error that nobody caught, and that belongs to no rule: ${text}`,
  )
  return [...failures, ...stray, verdictText(report, strict)].join('\n\n').concat('\n')
}

/** The first rule of a finding in full, and the ids of the others, which failed with the same error. */
function findingText(report: Report, { text, results }: Finding): string {
  const [first, ...others] = results
  const shown = failureText(report, first!)
  if (others.length === 0) return shown
  const ids = others.map(({ id }) => id).join(', ')
  return `${shown}\n  also      ${others.length} more failed with the same error (${text}): ${ids}`
}

function smokeText(report: Report): string {
  const steps = report.smoke.steps.map(step => `  ${step}`)
  return [
    'The rules were not run: the store that your subject file makes did not save, read and remove one session.',
    `  ${report.smoke.message}`,
    ...steps,
    'What to do: run the calls above by hand. Check the connection, and that create() returns (or resolves to) the store.',
    '',
  ].join('\n')
}

/** Says so if the verdict is only true when the rules run one by one. */
function besideText({ rules }: Report): string[] {
  const ids = rules.filter(({ onlyBesideOthers }) => onlyBesideOthers).map(({ id }) => id)
  if (ids.length === 0) return []
  return [`  not to be trusted: ${ids.join(', ')} failed beside other rules and passed alone.`]
}

/** Says what to do if a rule ended with an error of the suite. */
function errorText({ rules, seed }: Report): string[] {
  const ids = rules.filter(({ verdict }) => verdict === 'error').map(({ id }) => id)
  if (ids.length === 0) return []
  return [
    `  the suite itself failed in ${ids.join(', ')}: run these once more with --only ${ids.join(',')} --seed ${seed}. If they fail again,`,
    `  leave them out with --skip ${ids.join(',')}, and report the text above at https://github.com/coatcheck/coatcheck/issues`,
  ]
}

function verdictText(report: Report, strict: boolean): string {
  const failed = report.rules.filter(result => isFailure(result, strict)).length
  const ok = report.conforms && failed === 0
  const { counts } = report
  const tally = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`)
  return [
    `${ok ? '✓' : '✗'} ${report.subject.name} ${ok ? 'conforms' : 'does not conform'}${report.partial ? ' (some rules only)' : ''}${strict ? ', strictly' : ''}`,
    `  ${report.label}`,
    ...besideText(report),
    ...errorText(report),
    `  ${tally.join(', ')}; ${(report.ms / 1000).toFixed(1)} s, seed ${report.seed}`,
  ].join('\n')
}
