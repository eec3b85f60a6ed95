import type { Report } from './report.ts'

/** A rule whose verdict differs between two reports. */
export interface Change {
  readonly id: string
  readonly from: string
  readonly to: string
}

/** The changes from one report to another. A missing rule is `absent`. */
export function changesBetween(before: Report, after: Report): Change[] {
  const old = new Map(before.rules.map(({ id, verdict }) => [id, verdict]))
  const changes: Change[] = []
  for (const { id, verdict } of after.rules) {
    const from = old.get(id) ?? 'absent'
    if (from !== verdict) changes.push({ id, from, to: verdict })
    old.delete(id)
  }
  for (const [id, from] of old) changes.push({ id, from, to: 'absent' })
  return changes
}

/** Reports side by side, as a Markdown table of the rules that not all of them pass. */
export function compare(reports: readonly Report[]): string {
  const ids = [...new Set(reports.flatMap(report => report.rules.map(rule => rule.id)))]
  const verdictsOf = reports.map(report => new Map(report.rules.map(({ id, verdict }) => [id, verdict])))
  const rows = ids
    .map(id => [id, ...verdictsOf.map(verdicts => verdicts.get(id) ?? 'absent')])
    .filter(([, ...verdicts]) => verdicts.some(verdict => verdict !== 'pass'))
  const names = reports.map(({ subject }) => [subject.name, subject.version].filter(Boolean).join(' '))
  const lines = [['Rule', ...names], ['---', ...names.map(() => '---')], ...rows]
  const totals = ['**conforms**', ...reports.map(report => (report.conforms ? '**yes**' : '**no**'))]
  return `${[...lines, totals].map(cells => `| ${cells.join(' | ')} |`).join('\n')}\n`
}
