import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { root } from './pack.mjs'
import { run } from './run.mjs'

const bin = join(root, 'node_modules', '.bin')

export async function publint({ tarball }) {
  const { ok, output } = await run(join(bin, 'publint'), ['run', tarball, '--strict'], root)
  return ok ? [] : [`publint:\n${output}`]
}

/**
 * Are the types wrong? Checks every way to resolve a module. In this process, because its command loads a compiler for each package.
 * A package without types has no list of problems, and is a problem.
 */
export async function attw({ tarball }) {
  const { problems } = await checkPackage(
    createPackageFromTarballData(new Uint8Array(await readFile(tarball))),
  )
  if (!problems) return ['attw: no types']
  return problems.map(problem => `attw: ${JSON.stringify(problem)}`)
}
