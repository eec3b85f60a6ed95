import { parseArgs } from 'node:util'
import type { Io } from './io.ts'

/** The command line is wrong, or something was refused: exit code 2. */
export class UsageError extends Error {}

/** An option, with its line in the help. */
export interface Flag {
  type: 'boolean' | 'string'
  help: string
  /** What stands for the value in the help. */
  value?: string
}

export type Values = Readonly<Record<string, string | boolean | undefined>>

export interface Command {
  readonly name: string
  /** What stands after the name: `SID...`. */
  readonly operands: string
  readonly summary: string
  /** More lines for `--help`. */
  readonly details: string
  readonly flags: Readonly<Record<string, Flag>>
  /** How many operands there may be. */
  readonly least: number
  readonly most: number
  /** Gives the exit code. */
  run(operands: readonly string[], values: Values, io: Io): Promise<number>
}

/** Options that every command has. */
const HELP: Readonly<Record<string, Flag>> = {
  help: { type: 'boolean', help: 'show this' },
}

export const STORE: Readonly<Record<string, Flag>> = {
  store: { type: 'string', value: 'URL', help: 'the store, or env:NAME; default env:SESSION_STORE' },
}

export const JSON_FLAG: Readonly<Record<string, Flag>> = {
  json: { type: 'boolean', help: 'print JSON, whose fields stay as they are within a major version' },
}

export const YES: Readonly<Record<string, Flag>> = {
  yes: { type: 'boolean', help: 'do not ask' },
}

export function parse(command: Command, argv: readonly string[]): { operands: string[]; values: Values } {
  const options = Object.fromEntries(
    Object.entries({ ...command.flags, ...HELP }).map(([name, { type }]) => [name, { type }]),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const enough = values.help || positionals.length >= command.least
    if (enough && positionals.length <= command.most)
      return { operands: positionals, values: values as Values }
  } catch (error) {
    const { message } = error as Error
    // Node's own words, without its advice on operands that begin with a dash; none of them quotes a value.
    throw new UsageError(`${command.name}: ${message.split('. ')[0]}; see coatcheck ${command.name} --help`)
  }
  throw new UsageError(`It is: coatcheck ${usage(command)}`)
}

export function usage(command: Command): string {
  return [command.name, command.operands, '[options]'].filter(Boolean).join(' ')
}

export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.flags, ...HELP }).map(([name, flag]) => {
    return [`  --${name}${flag.value ? ` ${flag.value}` : ''}`, flag.help] as const
  })
  const width = Math.max(...rows.map(([name]) => name.length))
  const options = rows.map(([name, help]) => `${name.padEnd(width)}  ${help}`).join('\n')
  return `coatcheck ${usage(command)}\n\n${command.summary}\n${command.details}\nOptions:\n${options}\n`
}

/** A whole number that was given as an option. */
export function wholeNumber(values: Values, name: string, fallback: number): number {
  const text = values[name]
  if (text === undefined) return fallback
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text)
  throw new UsageError(`The option --${name} must be a whole number`)
}

/** Ask before something that cannot be undone. Throws a UsageError where nobody can be asked, or the answer is no. */
export async function confirm(question: string, values: Values, io: Io): Promise<void> {
  if (values.yes) return
  if (!io.ask) throw new UsageError(`${question} Nobody can be asked here: say --yes if that is meant`)
  if (/^y(es)?$/i.test((await io.ask(`${question} [y/N] `)).trim())) return
  throw new UsageError('Nothing was done')
}
