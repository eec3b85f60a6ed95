import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'
import { installBuilt, typescript } from '../../../session/test/support/child.ts'

const own = fileURLToPath(new URL('../..', import.meta.url))

/** This package as it would be published, compiled from today's source into the folder where `@coatcheck/session` is. */
async function install(folder: string): Promise<void> {
  const to = join(folder, 'node_modules/@coatcheck/store-postgres')
  await mkdir(to, { recursive: true })
  await copyFile(join(own, 'package.json'), join(to, 'package.json'))
  const paths = { '@coatcheck/session': [join(folder, 'node_modules/@coatcheck/session/dist/index.d.ts')] }
  const typeRoots = [join(own, '../../node_modules/@types')]
  const compilerOptions = {
    composite: false,
    rootDir: join(own, 'src'),
    outDir: join(to, 'dist'),
    paths,
    typeRoots,
  }
  const project = {
    extends: join(own, 'tsconfig.json'),
    compilerOptions,
    include: [join(own, 'src')],
    references: [],
  }
  const config = join(folder, 'store-postgres.json')
  await writeFile(config, JSON.stringify(project))
  const { code, stdout } = await typescript(['-p', config])
  if (code !== 0) throw new Error(`store-postgres does not compile:\n${stdout}`)
}

/** A folder in which our packages are installed, for the tests of a file or of a `describe`: child processes need it. */
export function useBuilt(options: { outside?: boolean } = {}): { readonly folder: string } {
  const built = { folder: '' }
  beforeAll(async () => {
    built.folder = await installBuilt(options)
    await install(built.folder)
  })
  afterAll(() => rm(built.folder, { recursive: true, force: true }))
  return built
}
