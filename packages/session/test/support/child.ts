import { execFile } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { copyFile, cp, mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Exit {
  /** `-1` for a process that was killed. */
  code: number
  stdout: string
  stderr: string
}

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/**
 * A folder in which `@coatcheck/session` and `@coatcheck/store-sqlite` are installed as they would be published, compiled from
 * today's source. The packages of the repository can be found from it, unless it is outside of that. Removed after the tests
 * of the file.
 */
export async function installBuilt({ outside = false } = {}): Promise<string> {
  const parent = outside ? tmpdir() : join(root, 'node_modules/.cache')
  await mkdir(parent, { recursive: true })
  const folder = await realpath(await mkdtemp(join(parent, 'coatcheck-built-')))
  // Hooks of vitest do not run where this is called from another hook.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await compile(folder, 'session', {})
  const types = join(folder, 'node_modules/@coatcheck/session/dist/index.d.ts')
  await compile(folder, 'store-sqlite', { '@coatcheck/session': [types] })
  return folder
}

/** Make packages of the repository known in a folder outside of it. */
export async function link(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, 'node_modules', name)
    await mkdir(dirname(path), { recursive: true })
    await symlink(join(root, 'node_modules', name), path)
  }
}

/** Put a project of `test/consumers` into the folder. */
export async function copyConsumer(folder: string, name: string): Promise<string> {
  const project = join(folder, name)
  await cp(join(root, 'packages/session/test/consumers', name), project, { recursive: true })
  return project
}

async function compile(folder: string, name: string, paths: Record<string, string[]>): Promise<void> {
  const [from, to] = [join(root, 'packages', name), join(folder, 'node_modules/@coatcheck', name)]
  await mkdir(to, { recursive: true })
  await copyFile(join(from, 'package.json'), join(to, 'package.json'))
  // Dependencies that npm could not put at the root, since another version is there.
  const own = join(from, 'node_modules')
  if (existsSync(own)) await symlink(own, join(to, 'node_modules'))
  const config = join(folder, `${name}.json`)
  const compilerOptions = { composite: false, rootDir: join(from, 'src'), outDir: join(to, 'dist'), paths }
  // The types that a source file needs are those of the repository, wherever this folder is.
  Object.assign(compilerOptions, { typeRoots: [join(root, 'node_modules/@types')] })
  const project = { extends: join(from, 'tsconfig.json'), compilerOptions, include: [join(from, 'src')] }
  await writeFile(config, JSON.stringify({ ...project, references: [] }))
  const { code, stdout } = await typescript(['-p', config])
  if (code !== 0) throw new Error(`${name} does not compile:\n${stdout}`)
}

/** Run the TypeScript compiler. */
export function typescript(args: readonly string[]): Promise<Exit> {
  return runNode([tsc, ...args], { cwd: root })
}

/** Run this module text in a process of its own, in the folder of `installBuilt`. */
export function runModule(folder: string, source: string): Promise<Exit> {
  return runNode(['--input-type=module', '--eval', source], { cwd: folder })
}

/** One that does not end within 20 seconds is killed. */
export function runNode(args: readonly string[], { cwd }: { cwd: string }): Promise<Exit> {
  const options = { cwd, timeout: 20_000, env: { ...process.env, NODE_OPTIONS: '', NO_DEPRECATION: '*' } }
  return new Promise(resolve => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0
      resolve({ code, stdout, stderr })
    })
  })
}
