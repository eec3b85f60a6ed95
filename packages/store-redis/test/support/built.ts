import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'
import { typescript } from '../../../session/test/support/child.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/**
 * A folder in which our packages are installed as they would be published, compiled from today's source for the tests of a file.
 * Other packages of the repository can be found from it. Child processes need it: not every Node that is supported runs TypeScript.
 */
export function useBuilt(): { readonly folder: string } {
  const built = { folder: '' }
  beforeAll(async () => {
    const cache = join(root, 'node_modules/.cache')
    await mkdir(cache, { recursive: true })
    built.folder = await realpath(await mkdtemp(join(cache, 'coatcheck-redis-')))
    await compile(built.folder, 'session', {})
    const types = join(built.folder, 'node_modules/@coatcheck/session/dist/index.d.ts')
    await compile(built.folder, 'store-redis', { '@coatcheck/session': [types] })
  })
  afterAll(() => rm(built.folder, { recursive: true, force: true }))
  return built
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
  const project = { extends: join(from, 'tsconfig.json'), compilerOptions, include: [join(from, 'src')] }
  await writeFile(config, JSON.stringify({ ...project, references: [] }))
  const { code, stdout } = await typescript(['-p', config])
  if (code !== 0) throw new Error(`${name} does not compile:\n${stdout}`)
}
