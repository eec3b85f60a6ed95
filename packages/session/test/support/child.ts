import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll } from 'vitest'
import { afterFile } from './after-file.ts'
import { madeOnce } from './made-once.ts'

export interface Exit {
  /** `-1` for a process that was killed. */
  code: number
  stdout: string
  stderr: string
}

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** Whether `npm run build` has just built today's source, as verify does before any test. It need not be compiled again. */
export const isBuilt = Boolean(process.env.COATCHECK_BUILT)

/** Where to install our packages, and which. */
export interface Installed {
  /** Where no package of the repository can be found. Default `false`. */
  outside?: boolean
  /** The stores beside `session`, by folder. Default `store-sqlite`. */
  stores?: readonly string[]
}

/** A folder that is this old was left behind by a run that was killed. */
const HOUR = 3_600_000

async function removeLeftOver(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue
    const path = join(parent, name)
    // Another run may remove it at the same time.
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > HOUR) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

const PREFIX = 'coatcheck-built-'

/**
 * A folder in which `@coatcheck/session` and stores are installed as they would be published, compiled from today's source. The
 * packages of the repository can be found from it, unless it is outside of that. Removed after the tests of the file.
 */
export async function installBuilt({
  outside = false,
  stores = ['store-sqlite'],
}: Installed = {}): Promise<string> {
  const parent = outside ? tmpdir() : join(root, 'node_modules/.cache')
  await mkdir(parent, { recursive: true })
  await removeLeftOver(parent)
  const folder = await realpath(await mkdtemp(join(parent, PREFIX)))
  afterFile(() => rm(folder, { recursive: true, force: true }))
  await compileInto(folder, 'session')
  for (const store of stores) await compileInto(folder, store)
  return folder
}

/**
 * `installBuilt` for the tests of a file or of a `describe`. Child processes need it: not every Node that is supported runs
 * TypeScript, and there need not be a build.
 */
export function useBuilt(installed: Installed = {}): { readonly folder: string } {
  const built = { folder: '' }
  beforeAll(async () => {
    built.folder = await installBuilt(installed)
  })
  return built
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

/** Install a package of the repository, as it is today, beside those that are in the folder already. Tells where. */
export async function compileInto(folder: string, name: string): Promise<string> {
  const [from, to] = [join(root, 'packages', name), join(folder, 'node_modules/@coatcheck', name)]
  await cp(await compiled(name), to, { recursive: true })
  // Dependencies that npm could not put at the root, since another version is there.
  const own = join(from, 'node_modules')
  if (existsSync(own)) await symlink(own, join(to, 'node_modules'))
  return to
}

/** Where a package lies as it is to be installed. */
async function compiled(name: string): Promise<string> {
  const sources = [...new Set(['session', name])].flatMap(folder =>
    ['src', 'package.json', 'tsconfig.json'].map(file => `packages/${folder}/${file}`),
  )
  const made = await madeOnce(
    `coatcheck-compiled/${name}`,
    ['tsconfig.base.json', 'scripts', ...sources],
    work => compilePackage(name, work),
  )
  return join(made, 'package')
}

async function compilePackage(name: string, work: string): Promise<void> {
  const [from, to] = [join(root, 'packages', name), join(work, 'package')]
  if (isBuilt) return copyBuilt(name, from, to)
  await mkdir(to, { recursive: true })
  if (name === 'session') {
    const declared = join(work, 'declared')
    await compile(work, name, join(declared, 'dist'), { emitDeclarationOnly: true })
    await publishInto(from, to, declared)
    return
  }
  const session = join(await compiled('session'), 'dist')
  const paths = {
    '@coatcheck/session': [join(session, 'index.d.ts')],
    '@coatcheck/session/stores': [join(session, 'stores.d.ts')],
    '@coatcheck/session/fetch': [join(session, 'fetch.d.ts')],
  }
  await compile(work, name, join(to, 'dist'), { paths })
  await copyFile(join(from, 'package.json'), join(to, 'package.json'))
}

async function copyBuilt(name: string, from: string, to: string): Promise<void> {
  if (name === 'session') return cp(join(from, 'published'), to, { recursive: true })
  await cp(join(from, 'dist'), join(to, 'dist'), { recursive: true })
  await copyFile(join(from, 'package.json'), join(to, 'package.json'))
}

async function compile(folder: string, name: string, outDir: string, options: object): Promise<void> {
  const from = join(root, 'packages', name)
  const compilerOptions = {
    composite: false,
    rootDir: join(from, 'src'),
    outDir,
    // The types that a source file needs are those of the repository, wherever this folder is.
    typeRoots: [join(root, 'node_modules/@types')],
    ...options,
  }
  const config = join(folder, `${name}.json`)
  const project = { extends: join(from, 'tsconfig.json'), compilerOptions, include: [join(from, 'src')] }
  await writeFile(config, JSON.stringify({ ...project, references: [] }))
  const { code, stdout } = await typescript(['-p', config])
  if (code !== 0) throw new Error(`${name} does not compile:\n${stdout}`)
}

/** A package as npm publishes it, with the declarations that are in this folder. */
function publishInto(from: string, to: string, declared: string): Promise<void> {
  return runScript('publishable', 'makePublishable', [from, to, declared])
}

/** Write the JavaScript of a package as npm publishes it. */
export function bundle(from: string, to: string): Promise<void> {
  return runScript('bundle', 'bundle', [from, to])
}

async function runScript(script: string, name: string, args: readonly string[]): Promise<void> {
  const url = pathToFileURL(join(root, 'scripts', `${script}.mjs`)).href
  const source = `import { ${name} } from '${url}'; await ${name}(...${JSON.stringify(args)})`
  const { code, stderr } = await runNode(['--input-type=module', '--eval', source], { cwd: root })
  if (code !== 0) throw new Error(`${args[0]} cannot be put together:\n${stderr}`)
}

/** Run the TypeScript compiler. */
export function typescript(args: readonly string[]): Promise<Exit> {
  return runNode([tsc, ...args], { cwd: root })
}

/** Run this module text in a process of its own, in the folder of `installBuilt`. */
export function runModule(folder: string, source: string): Promise<Exit> {
  return runNode(['--input-type=module', '--eval', source], { cwd: folder })
}

/** Milliseconds until a process is killed. A compiler on a busy machine takes a while. */
const PATIENCE = 240_000

/** Run Node in a process of its own. */
export function runNode(args: readonly string[], { cwd }: { cwd: string }): Promise<Exit> {
  const options = { cwd, timeout: PATIENCE, env: { ...process.env, NODE_OPTIONS: '', NO_DEPRECATION: '*' } }
  return new Promise(resolve => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0
      resolve({ code, stdout, stderr })
    })
  })
}
