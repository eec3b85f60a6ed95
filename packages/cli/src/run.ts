import { readFileSync } from 'node:fs'
import { type Command, helpOf, parse, UsageError, usage } from './command.ts'
import { clear } from './commands/clear.ts'
import { copy } from './commands/copy.ts'
import { count } from './commands/count.ts'
import { doctor } from './commands/doctor.ts'
import { ls } from './commands/ls.ts'
import { prune } from './commands/prune.ts'
import { rm } from './commands/rm.ts'
import { show } from './commands/show.ts'
import type { Io } from './io.ts'

const COMMANDS: readonly Command[] = [ls, show, rm, count, prune, clear, doctor, copy]

/** Run a command line. Gives the exit code: 0 done, 1 failed, 2 the command line is wrong or something was refused. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io)
  } catch (error) {
    io.err(`coatcheck: ${oneLine(error)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

async function dispatch([name, ...argv]: readonly string[], io: Io): Promise<number> {
  if (name === '--help' || name === 'help') {
    const command = COMMANDS.find(command => command.name === argv[0])
    io.out(command ? helpOf(command) : help())
    return 0
  }
  if (name === '--version') {
    io.out(`${version()}\n`)
    return 0
  }
  const command = COMMANDS.find(command => command.name === name)
  if (!command) {
    const names = COMMANDS.map(command => command.name).join(', ')
    const problem =
      name === undefined
        ? 'There is no command'
        : name.startsWith('-')
          ? 'There is no such option'
          : 'There is no such command'
    throw new UsageError(`${problem}; the commands are ${names}; see coatcheck --help`)
  }
  const { operands, values } = parse(command, argv)
  if (!values.help) return command.run(operands, values, io)
  io.out(helpOf(command))
  return 0
}

function help(): string {
  const width = Math.max(...COMMANDS.map(command => usage(command).length))
  const lines = COMMANDS.map(command => `  coatcheck ${usage(command).padEnd(width)}  ${command.summary}`)
  return `Look into session stores, tidy them and move them.

${lines.join('\n')}

The store is that of --store URL or of the environment variable SESSION_STORE, such as sqlite:./sessions.db,
redis://localhost:6379, postgres://localhost/app or mongodb://localhost/app. env:NAME is the URL in the variable NAME.
Session ids and data are shown with --reveal only.

coatcheck help COMMAND shows the options of a command, coatcheck --version the version.

Exit codes: 0 done; 1 failed, not found, or a check was not passed; 2 the command line is wrong, or something was refused.
`
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
}
