import { join } from 'node:path'
import { root } from './pack.mjs'
import { run } from './run.mjs'

const bin = join(root, 'node_modules', '.bin')

export async function publint({ tarball }) {
  const { ok, output } = await run(join(bin, 'publint'), ['run', tarball, '--strict'], root)
  return ok ? [] : [`publint:\n${output}`]
}

/** Checks every way to resolve a module. A profile would skip some of them. */
export async function attw({ tarball }) {
  const { ok, output } = await run(join(bin, 'attw'), [tarball, '--format', 'ascii'], root)
  return ok ? [] : [`attw:\n${output}`]
}
