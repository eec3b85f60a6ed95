import { spawn } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'
import { installBuilt, link, typescript } from '../../../session/test/support/child.ts'

const packages = fileURLToPath(new URL('../../..', import.meta.url))

/** A folder in which the command is installed as it would be published, beside the middleware and the store for SQLite. */
export function useBuiltCommand(): { readonly folder: string; readonly main: string } {
  const built = { folder: '', main: '' }
  beforeAll(async () => {
    built.folder = await installBuilt({ outside: true })
    built.main = await install(built.folder)
  }, 60_000)
  afterAll(() => rm(built.folder, { recursive: true, force: true }))
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

/** Install a package of the repository beside those that are in the folder already, from today's source. */
export async function compileInto(folder: string, name: string): Promise<string> {
  const [from, to] = [join(packages, name), join(folder, 'node_modules/@coatcheck', name)]
  await mkdir(to, { recursive: true })
  await cp(join(from, 'package.json'), join(to, 'package.json'))
  const session = join(folder, 'node_modules/@coatcheck/session/dist')
  const modules = join(packages, '../node_modules')
  const compilerOptions = {
    composite: false,
    rootDir: join(from, 'src'),
    outDir: join(to, 'dist'),
    typeRoots: [join(modules, '@types')],
    paths: {
      '@coatcheck/session': [join(session, 'index.d.ts')],
      '@coatcheck/session/stores': [join(session, 'stores/index.d.ts')],
      '*': [join(modules, '*'), join(modules, '@types/*')],
    },
  }
  const config = join(folder, `${name}.json`)
  const project = { extends: join(from, 'tsconfig.json'), compilerOptions, include: [join(from, 'src')] }
  await writeFile(config, JSON.stringify({ ...project, references: [] }))
  const { code, stdout } = await typescript(['-p', config])
  if (code !== 0) throw new Error(`${name} does not compile:\n${stdout}`)
  return to
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
