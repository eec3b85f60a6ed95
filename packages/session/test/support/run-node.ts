import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterFile } from './after-file.ts'
import { bundle } from './child.ts'
import type { Implementation } from './implementations.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const home = fileURLToPath(new URL('../..', import.meta.url))

let built: Promise<string> | undefined

/** The files that users of the package require and import, as Node alone can run them. */
async function entriesOf(name: Implementation['name']): Promise<{ required: string; imported: string }> {
  if (name === 'express-session') {
    const file = require.resolve('express-session')
    return { required: file, imported: file }
  }
  built ??= build()
  return { required: join(await built, 'index.cjs'), imported: join(await built, 'index.js') }
}

/** Our own files as npm publishes them, where their dependencies are found. */
async function build(): Promise<string> {
  const cache = join(home, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'session-'))
  afterFile(() => {
    built = undefined
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  await bundle(home, folder)
  return folder
}

/**
 * Runs `code` in a Node process of its own. In the code, PACKAGE stands for what is required and URL for what is imported,
 * both as string literals.
 */
export async function runNode(
  name: Implementation['name'],
  code: string,
  { env = {}, module }: { env?: Record<string, string>; module: boolean },
): Promise<{ stdout: string; stderr: string }> {
  const { required, imported } = await entriesOf(name)
  const source = code
    .replaceAll('PACKAGE', JSON.stringify(required))
    .replaceAll('URL', JSON.stringify(pathToFileURL(imported).href))
  const kind = module ? '--input-type=module' : '--input-type=commonjs'
  const { NO_DEPRECATION: _, NODE_ENV: __, DEBUG: ___, ...inherited } = process.env
  return run(process.execPath, ['--disable-warning=ExperimentalWarning', kind, '-e', source], {
    env: { ...inherited, ...env },
  })
}
