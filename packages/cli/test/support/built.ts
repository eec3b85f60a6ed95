import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll } from 'vitest'
import { compileInto, installBuilt, link } from '../../../session/test/support/child.ts'

/** A folder in which the command is installed as it would be published, beside the middleware and the store for SQLite. */
export function useBuiltCommand(): { readonly folder: string; readonly main: string } {
  const built = { folder: '', main: '' }
  beforeAll(async () => {
    built.folder = await installBuilt({ outside: true })
    built.main = await install(built.folder)
  })
  return built
}

async function install(folder: string): Promise<string> {
  const to = await compileInto(folder, 'cli')
  await link(folder, [
    ...(await dependencies(to)),
    ...(await dependencies(join(to, '../session'))),
    'better-sqlite3',
  ])
  const manifest = JSON.parse(await readFile(join(to, 'package.json'), 'utf8')) as {
    bin: { coatcheck: string }
  }
  return join(to, manifest.bin.coatcheck)
}

async function dependencies(folder: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  return Object.keys(manifest.dependencies).filter(name => !name.startsWith('@coatcheck/'))
}

/** Run the command as a process, in this folder. */
export async function runCommand(
  main: string,
  argv: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [main, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', text => {
    out += text
  })
  child.stderr.on('data', text => {
    err += text
  })
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  return { code, out, err }
}
