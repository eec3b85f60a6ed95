import { type Report, type RunOptions, rules, runConformance, type SubjectModule } from '../../src/index.ts'
import type { Mutant } from './mutant.ts'

const loader = new URL('../support/register-ts.mjs', import.meta.url).href

/** Options with which a child process can load TypeScript, whatever Node it is. */
export const typescript: Pick<RunOptions, 'execArgv'> = { execArgv: ['--no-warnings', '--import', loader] }

/** The reference or a mutant as a file. */
export function moduleFor(name = ''): SubjectModule {
  const url = new URL('./load.ts', import.meta.url)
  if (name) url.searchParams.set('name', name)
  return { url: url.href }
}

/** Runs only the rule that must kill this mutant. */
export function execute(mutant: Mutant, options: RunOptions = {}): Promise<Report> {
  return runConformance(mutant.subject(), {
    only: [mutant.rule],
    seed: 'mutant',
    module: moduleFor(mutant.name),
    ...typescript,
    ...options,
  })
}

/** The lane of the rule, since rules that only wait or run in a child can do so side by side. */
export function sideBySide(mutant: Mutant): boolean {
  const lane = rules.find(rule => rule.id === mutant.rule)?.lane
  return lane === 'wait' || lane === 'process'
}
