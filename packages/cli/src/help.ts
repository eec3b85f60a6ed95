import { type Command, type Flag, flagsOf, usage } from './command.ts'

/** The help on one command. */
export function helpOn(command: Command): string {
  const rows = Object.entries(flagsOf(command)).map(
    ([name, flag]) => [formOf(name, flag), flag.help] as const,
  )
  const options = columns(rows)
  return `Usage: ${usage(command)}\n\n${command.summary}\n${command.details}\nOptions:\n${options}\n`
}

/** The help on all commands. */
export function overview(commands: readonly Command[]): string {
  return `Usage: coatcheck COMMAND [options]

Inspects, cleans up, checks and copies session stores.

Commands:
${columns(commands.map(command => [[command.name, command.operands].filter(Boolean).join(' '), command.summary]))}

Options:
  -h, --help     show this help, or the help on a command: coatcheck COMMAND --help
  -v, --version  show the version

The store is that of --store URL or of the environment variable SESSION_STORE: sqlite:./sessions.db,
redis://localhost:6379, postgres://localhost/app, mysql://localhost/app, mongodb://localhost/app or
dynamodb://region/table. env:NAME takes the URL from the variable NAME.
Session ids and data are shown with --reveal only.

Exit codes: 0 success; 1 failure, session not found, or a failed check; 2 wrong command line, or refused.
`
}

function formOf(name: string, { short, value }: Flag): string {
  return `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
