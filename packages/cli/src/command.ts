import { parseArgs } from 'node:util'
import type { Io } from './io.ts'

/** A wrong command line, or a refusal: exit code 2. */
export class UsageError extends Error {}

/** An option, with its line in the help. */
export interface Flag {
  type: 'boolean' | 'string'
  help: string
  /** The one-letter form. */
  short?: string
  /** The placeholder of the value in the help. */
  value?: string
}

/** The values of the options on the command line. */
export type Values = Readonly<Record<string, string | boolean | undefined>>

export interface Command {
  readonly name: string
  /** The operands in the help, such as `SID...`. */
  readonly operands: string
  readonly summary: string
  /** More lines for `--help`. */
  readonly details: string
  readonly flags: Readonly<Record<string, Flag>>
  /** The minimum and maximum number of operands. */
  readonly least: number
  readonly most: number
  /** Returns the exit code. */
  run(operands: readonly string[], values: Values, io: Io): Promise<number>
}

const HELP: Readonly<Record<string, Flag>> = {
  help: { type: 'boolean', short: 'h', help: 'show this help' },
}

/** Options to open a store that hashes ids or encrypts. */
export const KEYS: Readonly<Record<string, Flag>> = {
  keys: {
    type: 'string',
    value: 'env:NAME',
    help: 'the variable with the encryption keys, separated by commas, the current one first; default env:SESSION_KEYS',
  },
  'hash-ids': {
    type: 'boolean',
    help: 'ids are hashed; sessions that are stored under their ids are found too',
  },
  'hash-key': {
    type: 'string',
    value: 'env:NAME',
    help: 'the variable with the key of the hashes, if they have one',
  },
}

export const STORE: Readonly<Record<string, Flag>> = {
  store: {
    type: 'string',
    value: 'URL',
    help: 'the URL of the store, or env:NAME; default env:SESSION_STORE',
  },
  ...KEYS,
}

export const JSON_FLAG: Readonly<Record<string, Flag>> = {
  json: { type: 'boolean', help: 'print JSON; a major version never changes or removes fields' },
}

export const YES: Readonly<Record<string, Flag>> = {
  yes: { type: 'boolean', help: 'do not ask' },
}

/** All options of a command. */
export function flagsOf(command: Command): Readonly<Record<string, Flag>> {
  return { ...command.flags, ...HELP }
}

export function usage(command: Command): string {
  return ['coatcheck', command.name, command.operands, '[options]'].filter(Boolean).join(' ')
}

export function parse(command: Command, argv: readonly string[]): { operands: string[]; values: Values } {
  const options = Object.fromEntries(
    Object.entries(flagsOf(command)).map(([name, { type, short }]) => {
      return [name, { type, ...(short === undefined ? {} : { short }) }]
    }),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const enough = values.help || positionals.length >= command.least
    if (enough && positionals.length <= command.most)
      return { operands: positionals, values: values as Values }
  } catch (error) {
    const { message } = error as Error
    // Only the first sentence of Node's message. The rest is about operands that begin with a dash.
    throw new UsageError(`${command.name}: ${message.split('. ')[0]}; see coatcheck ${command.name} --help`)
  }
  throw new UsageError(`Usage: ${usage(command)}`)
}

/** The value of an option as a whole number. */
export function wholeNumber(values: Values, name: string, fallback: number): number {
  const text = values[name]
  if (text === undefined) return fallback
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text)
  throw new UsageError(`The option --${name} must be a whole number`)
}

/** Asks before a step that cannot be undone. Throws a UsageError if nobody can be asked, or if the answer is no. */
export async function confirm(question: string, values: Values, io: Io): Promise<void> {
  if (values.yes) return
  if (!io.ask) throw new UsageError(`${question} There is no terminal to ask: add --yes to confirm`)
  if (/^y(es)?$/i.test((await io.ask(`${question} [y/N] `)).trim())) return
  throw new UsageError('Nothing was changed')
}
