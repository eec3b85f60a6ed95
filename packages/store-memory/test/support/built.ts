import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'
import { installBuilt, typescript } from '../../../session/test/support/child.ts'

const from = fileURLToPath(new URL('../..', import.meta.url))

/** A folder in which our packages are installed as they would be published, made from today's source for the tests of a file. */
export function useBuilt(): { readonly folder: string } {
  const built = { folder: '' }
  beforeAll(async () => {
    built.folder = await installBuilt()
    await compileInto(built.folder)
  }, 120_000)
  afterAll(() => rm(built.folder, { recursive: true, force: true }))
  return built
}

async function compileInto(folder: string): Promise<void> {
  const to = join(folder, 'node_modules/@coatcheck/store-memory')
  await mkdir(to, { recursive: true })
  await copyFile(join(from, 'package.json'), join(to, 'package.json'))
  const compilerOptions = {
    composite: false,
    rootDir: join(from, 'src'),
    outDir: join(to, 'dist'),
    paths: { '@coatcheck/session': [join(folder, 'node_modules/@coatcheck/session/dist/index.d.ts')] },
    typeRoots: [join(from, '../../node_modules/@types')],
  }
  const config = join(folder, 'store-memory.json')
  const project = {
    extends: join(from, 'tsconfig.json'),
    compilerOptions,
    include: [join(from, 'src')],
    references: [],
  }
  await writeFile(config, JSON.stringify(project))
  const { code, stdout } = await typescript(['-p', config])
  if (code !== 0) throw new Error(`store-memory does not compile:\n${stdout}`)
}
