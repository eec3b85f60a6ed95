import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isBuilt, runNode } from '../../../packages/session/test/support/child.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Git-ignored, and below the dependencies of the repository. */
export const cache: string = join(root, 'node_modules/.cache')

interface Manifest {
  name: string
  private?: boolean
  publishConfig: { directory?: string }
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

export interface Published extends Manifest {
  /** Its folder in `packages`. */
  folder: string
}

/** The packages that are published. */
export function published(): Published[] {
  return readdirSync(join(root, 'packages'))
    .map(folder => ({ ...(readManifest(join(root, 'packages', folder)) as Manifest), folder }))
    .filter(manifest => !manifest.private)
}

/** A folder with a tarball of each published package, compiled from today's source. Made once for the same source. */
export async function packAll(): Promise<string> {
  const made = join(cache, 'coatcheck-packed', fingerprint())
  if (existsSync(made)) return made
  await mkdir(dirname(made), { recursive: true })
  await removeOld(dirname(made))
  const work = await mkdtemp(`${made}-`)
  const packable = isBuilt ? published().map(publishable) : await compileAll(work)
  await mkdir(join(work, 'tarballs'))
  const pack = ['pack', '--pack-destination', join(work, 'tarballs'), '--ignore-scripts', '--silent']
  await run('npm', [...pack, ...packable], { cwd: work })
  // Another run may have been faster.
  await rename(join(work, 'tarballs'), made).catch(error => {
    if (!existsSync(made)) throw error
  })
  await rm(work, { recursive: true, force: true })
  return made
}

/** Compiles each package in this folder. Gives the folders to pack. */
async function compileAll(work: string): Promise<string[]> {
  const folders = published().map(({ folder }) => folder)
  await cp(join(root, 'tsconfig.base.json'), join(work, 'tsconfig.base.json'))
  for (const folder of folders) await copyPackage(folder, work)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const projects = folders.map(folder => join(work, 'packages', folder))
  const { code, stdout } = await runNode([tsc, '-b', ...projects], { cwd: work })
  if (code !== 0) throw new Error(`The packages do not compile:\n${stdout}`)
  return await Promise.all(projects.map(putTogether))
}

/** What npm gets of a package in the repository. */
function publishable({ folder, publishConfig }: Published): string {
  return join(root, 'packages', folder, publishConfig.directory ?? '')
}

/** The folder to pack: where a package names one, it is made first. */
async function putTogether(project: string): Promise<string> {
  const { publishConfig } = readManifest(project) as Manifest
  if (!publishConfig.directory) return project
  const { code, stderr } = await runNode([join(root, 'scripts/publishable.mjs')], { cwd: project })
  if (code !== 0) throw new Error(`${project} cannot be put together:\n${stderr}`)
  return join(project, publishConfig.directory)
}

/** With its own dependencies, and known to the others by its name. */
async function copyPackage(folder: string, work: string): Promise<void> {
  const [from, to] = [join(root, 'packages', folder), join(work, 'packages', folder)]
  const keep = (path: string) =>
    !/\/(dist|published|test|node_modules)(\/|$)|\.tsbuildinfo$/.test(path.slice(from.length))
  await cp(from, to, { recursive: true, filter: keep })
  const own = join(from, 'node_modules')
  if (existsSync(own)) await symlink(own, join(to, 'node_modules'))
  const { name } = readManifest(from) as Manifest
  const known = join(work, 'node_modules', name)
  await mkdir(dirname(known), { recursive: true })
  await symlink(to, known)
}

function fingerprint(): string {
  const files = published().flatMap(({ folder }) => {
    const names = readdirSync(join(root, 'packages', folder, 'src'), { recursive: true }) as string[]
    const all = [...names.map(name => `src/${name}`), 'package.json', 'tsconfig.json', 'README.md']
    return all.sort().map(name => join('packages', folder, name))
  })
  const scripts = ['bundle', 'declarations', 'entries', 'publishable', 'published-manifest'].map(
    name => `scripts/${name}.mjs`,
  )
  const hash = createHash('sha256')
  for (const file of [...files, ...scripts]) {
    const path = join(root, file)
    if (statSync(path).isFile()) hash.update(file).update(readFileSync(path))
  }
  return hash.digest('hex').slice(0, 16)
}

async function removeOld(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (Date.now() - statSync(path).mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true })
  }
}

/**
 * Unpack the published packages into `node_modules` of this folder, and link what they depend on, with drivers, from the
 * repository. That npm installs the tarballs is what `npm run check:packages` looks at.
 */
export async function installPacked(folder: string): Promise<void> {
  const tarballs = await packAll()
  for (const { name, folder: from, dependencies, peerDependencies } of published()) {
    const to = join(folder, 'node_modules', name)
    await mkdir(to, { recursive: true })
    const tarball = readdirSync(tarballs).find(file => file.startsWith(`coatcheck-${from}-`))!
    await run('tar', ['-xzf', join(tarballs, tarball), '-C', to, '--strip-components=1'])
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (!dependency.startsWith('@coatcheck/')) await linkDependency(dependency, from, to)
    }
  }
}

async function linkDependency(name: string, from: string, to: string): Promise<void> {
  const places = [join(root, 'packages', from, 'node_modules', name), join(root, 'node_modules', name)]
  const path = places.find(existsSync)
  if (!path) throw new Error(`${name}, which ${from} depends on, is not installed`)
  const link = join(to, 'node_modules', name)
  await mkdir(dirname(link), { recursive: true })
  await symlink(path, link)
}

function readManifest(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
