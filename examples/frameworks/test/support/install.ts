import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packAll } from '../../../../compat/test/support/packed.ts'
import { getRuntime } from '../../../../scripts/runtimes.mjs'

const run = promisify(execFile)
// Not below `node_modules`: bundlers do not compile what is there.
const cache = join(tmpdir(), 'coatcheck-examples')
const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--no-package-lock']

interface Manifest {
  scripts: { build: string; start: string }
  dependencies: Record<string, string>
  devDependencies?: Record<string, string>
}

/** An example, installed and built. */
export interface Installed {
  folder: string
  command: [program: string, ...args: string[]]
  env: Record<string, string>
}

/**
 * Install what an example depends on, with our packages as npm would get them today, and build it. What comes from npm is kept for the
 * next time. Frameworks want a newer Node than this repository: `COATCHECK_NODE` names it. Default `node24`.
 */
export async function installExample(name: string): Promise<Installed> {
  const source = fileURLToPath(new URL(`../../${name}`, import.meta.url))
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  const runtime = process.env.COATCHECK_NODE ?? 'node24'
  const node = await getRuntime(runtime)
  const env = { PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, CI: '1', NODE_ENV: 'production' }
  const folder = await installOthers(`${name}-${runtime}`, manifest)
  for (const name of await readdir(folder)) {
    if (name !== 'node_modules') await rm(join(folder, name), { recursive: true })
  }
  await cp(source, folder, { recursive: true })
  await installOurs(folder, manifest)
  await npm(folder, ['run', 'build'], env)
  const [program, ...args] = manifest.scripts.start.split(' ') as [string, ...string[]]
  const started = program === 'node' ? args : [join(folder, 'node_modules/.bin', program), ...args]
  return { folder, command: [node, ...started], env }
}

/** The folder with what comes from npm, made once for the same manifest. */
async function installOthers(name: string, manifest: Manifest): Promise<string> {
  const theirs = { ...manifest, dependencies: without(manifest.dependencies) }
  const text = JSON.stringify(theirs)
  const folder = join(cache, `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(`${folder}-`)
  await writeFile(join(temporary, 'package.json'), text)
  await npm(temporary, ['install', ...flags])
  await rename(temporary, folder)
  return folder
}

async function installOurs(folder: string, { dependencies }: Manifest): Promise<void> {
  const tarballs = await packAll()
  const names = Object.keys(dependencies).filter(isOurs)
  const files = names.map(name => join(tarballs, `${name.slice(1).replace('/', '-')}-0.1.0.tgz`))
  // Their versions do not change with their content.
  for (const name of names) await rm(join(folder, 'node_modules', name), { recursive: true, force: true })
  await npm(folder, ['install', '--no-save', ...flags, ...files])
}

const isOurs = (name: string) => name.startsWith('@coatcheck/')

function without(dependencies: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !isOurs(name)))
}

async function npm(folder: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  const done = run('npm', args, { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', ...env } })
  await done.catch(error => {
    throw new Error(`npm ${args[0]} of ${folder}:\n${error.stdout}\n${error.stderr}`)
  })
}
