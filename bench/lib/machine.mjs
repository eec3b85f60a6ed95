import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { hasWrk } from './load.mjs'

const ROOT = new URL('../../', import.meta.url)

/** What the results depend on: the machine, the version of Node, and the versions of all packages that are measured. */
export function describeMachine() {
  const { dependencies } = manifest('bench/package.json')
  const versions = Object.keys(dependencies).map(name => [
    name,
    manifest(`node_modules/${name}/package.json`).version,
  ])
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: hasWrk ? 'wrk' : 'autocannon',
    versions: Object.fromEntries(versions),
  }
}

function manifest(path) {
  return JSON.parse(readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8'))
}
