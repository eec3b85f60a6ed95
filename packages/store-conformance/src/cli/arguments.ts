import { parseArgs } from 'node:util'
import { textOf, UsageError } from '../errors.ts'

/** The arguments of the command line. */
export interface Arguments {
  readonly command: 'run' | 'list' | 'explain' | 'compare' | 'help' | 'version'
  readonly files: readonly string[]
  readonly only: readonly string[] | undefined
  readonly skip: readonly string[]
  readonly strict: boolean
  readonly quick: boolean
  readonly seed: string | undefined
  readonly contract: string | undefined
  readonly repeat: number
  readonly explain: string
  readonly compare: string | undefined
  /** A report: only the rules that failed in it are run. */
  readonly lastFailures: string | undefined
  readonly outputs: Partial<Record<Format, string>>
}

/** Reports that can be written to files. */
export type Format = 'json' | 'junit' | 'md' | 'html' | 'badge'

export const formats: readonly Format[] = ['json', 'junit', 'md', 'html', 'badge']

export const usage = `Usage: npx @coatcheck/store-conformance ./my-store.js [options]
       npx @coatcheck/store-conformance compare a.json b.json

The file's default export makes the store: export default ctx => new MyStore({ prefix: ctx.namespace })

  --only EXP,TCH-05   run only these rules or families
  --skip API-12       leave out these rules; a MUST left out does not conform
  --strict            a SHOULD that is not kept fails the run too
  --quick             no waiting, no bulk, no properties
  --seed s            repeat a run
  --repeat n          run n times, stop at the first that fails
  --contract 1.0      the contract to hold the store to
  --json f  --junit f  --md f  --html f  --badge f
                      write a report
  --compare old.json  show which verdicts have changed
  --last-failures old.json  run only the rules that were not kept in that report
  --list              list the rules
  --explain TCH-05    tell all about one rule
  --help  --version

Exit code: 0 conforms, 1 a rule is broken, 2 the subject cannot be run or the command is wrong, 3 the suite itself failed.
`

/** Read the command line. Throws a {@link UsageError} of one sentence. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv)
  const outputs = Object.fromEntries(
    formats.filter(format => values[format] !== undefined).map(format => [format, values[format] as string]),
  )
  return {
    command: commandOf(values, positionals),
    files: positionals[0] === 'compare' ? positionals.slice(1) : positionals,
    only: values.only === undefined ? undefined : list(values.only),
    skip: list(values.skip ?? ''),
    strict: values.strict ?? false,
    quick: values.quick ?? false,
    seed: values.seed,
    contract: values.contract,
    repeat: repetitions(values.repeat),
    explain: values.explain ?? '',
    compare: values.compare,
    lastFailures: values['last-failures'],
    outputs,
  }
}

type Values = ReturnType<typeof parse>['values']

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        only: text,
        skip: text,
        strict: flag,
        quick: flag,
        seed: text,
        repeat: text,
        contract: text,
        json: text,
        junit: text,
        md: text,
        html: text,
        badge: text,
        compare: text,
        'last-failures': text,
        list: flag,
        explain: text,
        help: { type: 'boolean', short: 'h' },
        version: flag,
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : textOf(error))
  }
}

function commandOf(values: Values, positionals: readonly string[]): Arguments['command'] {
  if (values.help) return 'help'
  if (values.version) return 'version'
  if (values.list) return 'list'
  if (values.explain !== undefined) return 'explain'
  if (positionals[0] === 'compare') {
    if (positionals.length < 3) throw new UsageError('compare needs two or more files of --json.')
    return 'compare'
  }
  if (positionals.length !== 1) {
    throw new UsageError(
      positionals.length === 0
        ? 'Which store? Give the file that makes it: npx @coatcheck/store-conformance ./my-store.js'
        : `One file at a time, please: ${positionals.join(' ')}`,
    )
  }
  return 'run'
}

function list(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

function repetitions(text: string | undefined): number {
  const times = Number(text ?? 1)
  if (!Number.isInteger(times) || times < 1)
    throw new UsageError('--repeat takes a whole number of 1 or more.')
  return times
}
