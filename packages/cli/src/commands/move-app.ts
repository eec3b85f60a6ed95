import { stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Command, JSON_FLAG, UsageError } from '../command.ts'
import type { Io } from '../io.ts'
import { type Plan, planMove } from '../move-app/plan-move.ts'
import { printable, printableJson } from '../text.ts'
import { version } from '../version.ts'

export const moveApp: Command = {
  name: 'move-app',
  operands: '[FOLDER]',
  summary: 'move the source of an app from express-session',
  details: `
Rewrites the imports of express-session, and puts Coatcheck's stores in the place of connect-redis, connect-pg-simple, connect-mongo and
memorystore, in all JavaScript and TypeScript below FOLDER (the current one by default) and in package.json. Shows the changes as a
diff; --write makes them. What it cannot decide stays as it is, and is printed as FILE:LINE with the reason: other stores work under
@coatcheck/session. Needs the package @ast-grep/napi. With --json: {written, files: [{path, diff}], notes: [{path, line, text}]}.
`,
  flags: {
    ...JSON_FLAG,
    write: {
      type: 'boolean',
      help: 'change the files; without it the command only shows what it would change',
    },
    'keep-stores': { type: 'boolean', help: 'change the middleware only' },
  },
  least: 0,
  most: 1,
  async run([operand = '.'], values, io) {
    const folder = resolve(operand)
    const found = await stat(folder).catch(() => undefined)
    if (!found?.isDirectory()) throw new UsageError(`There is no folder "${printable(operand)}"`)
    const plan = await planMove(folder, { keepStores: Boolean(values['keep-stores']), version: version() })
    if (values.write) {
      for (const { path, after } of plan.changes) await writeFile(join(folder, path), after)
    }
    if (values.json) printJson(plan, Boolean(values.write), io)
    else print(plan, Boolean(values.write), io)
    return 0
  },
}

function printJson({ changes, notes }: Plan, written: boolean, io: Io): void {
  const files = changes.map(({ path, diff }) => ({ path, diff }))
  io.out(`${printableJson({ written, files, notes })}\n`)
}

function print({ changes, notes }: Plan, written: boolean, io: Io): void {
  // A terminal needs no carriage returns.
  for (const { diff } of changes) io.out(diff.replaceAll('\r\n', '\n'))
  for (const { path, line, text } of notes) io.err(`${printable(`${path}:${line}: ${text}`)}\n`)
  const files = changes.length === 1 ? '1 file' : `${changes.length} files`
  if (changes.length === 0) io.err('Nothing to change\n')
  else if (written) io.err(`${files} changed; now run npm install, and the tests of the app\n`)
  else io.err(`${files} to change; add --write to do it\n`)
}
