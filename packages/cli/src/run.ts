import { type Command, parse, UsageError } from './command.ts'
import { clear } from './commands/clear.ts'
import { copy } from './commands/copy.ts'
import { count } from './commands/count.ts'
import { doctor } from './commands/doctor.ts'
import { logout } from './commands/logout.ts'
import { ls } from './commands/ls.ts'
import { moveApp } from './commands/move-app.ts'
import { prune } from './commands/prune.ts'
import { reencrypt } from './commands/reencrypt.ts'
import { rm } from './commands/rm.ts'
import { sessions } from './commands/sessions.ts'
import { show } from './commands/show.ts'
import { helpOn, overview } from './help.ts'
import { type Io, safeIo } from './io.ts'
import { printable } from './text.ts'
import { version } from './version.ts'

const COMMANDS: readonly Command[] = [
  ls,
  show,
  rm,
  sessions,
  logout,
  count,
  prune,
  clear,
  doctor,
  copy,
  reencrypt,
  moveApp,
]

/** Runs a command line. Returns the exit code: 0 success, 1 failure, 2 wrong command line or refused. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const safe = safeIo(io)
  try {
    return await dispatch(argv, safe)
  } catch (error) {
    safe.err(`coatcheck: ${oneLine(error)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

async function dispatch([name, ...argv]: readonly string[], io: Io): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    const command = COMMANDS.find(command => command.name === argv[0])
    io.out(command ? helpOn(command) : overview(COMMANDS))
    return 0
  }
  if (name === '--version' || name === '-v') {
    io.out(`${version()}\n`)
    return 0
  }
  const command = COMMANDS.find(command => command.name === name)
  if (!command) throw unknown(name)
  const { operands, values } = parse(command, argv)
  if (!values.help) return command.run(operands, values, io)
  io.out(helpOn(command))
  return 0
}

function unknown(name: string | undefined): UsageError {
  const names = COMMANDS.map(command => command.name).join(', ')
  const problem =
    name === undefined ? 'No command given' : `Unknown ${name.startsWith('-') ? 'option' : 'command'}`
  return new UsageError(`${problem}; the commands are ${names}; see coatcheck --help`)
}

function oneLine(error: unknown): string {
  return printable((error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' '))
}
