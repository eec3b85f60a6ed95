// Gets another JavaScript runtime and prints the path of its binary: `node scripts/runtimes.mjs node24`. It is downloaded once, from
// npm, into node_modules/.cache/coatcheck/. Tests import `getRuntime`.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { arch, argv, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const cache = fileURLToPath(new URL('../node_modules/.cache/coatcheck/', import.meta.url))
const bunArch = arch === 'arm64' ? 'aarch64' : arch
const libc = platform === 'linux' ? '-glibc' : ''

/** Runtimes by name: the npm package, its version, and the path of the binary in it. */
const RUNTIMES = {
  node20: [`node-${platform}-${arch}`, '20', 'bin/node'],
  node22: [`node-${platform}-${arch}`, '22', 'bin/node'],
  node24: [`node-${platform}-${arch}`, '24', 'bin/node'],
  node26: [`node-${platform}-${arch}`, '26', 'bin/node'],
  bun: [`@oven/bun-${platform}-${bunArch}`, '1', 'bin/bun'],
  deno: [`@deno/${platform}-${arch}${libc}`, '2', 'deno'],
}

/** The names of the runtimes. */
export const runtimeNames = Object.keys(RUNTIMES)

/** The path of the runtime's binary. Downloads the runtime if it is not in the cache. */
export async function getRuntime(name) {
  const runtime = RUNTIMES[name]
  if (!runtime) throw new TypeError(`Unknown runtime "${name}"; there are ${runtimeNames.join(', ')}`)
  const [pkg, version, binary] = runtime
  const folder = join(cache, name)
  if (!existsSync(folder)) await install(`${pkg}@${version}`, folder)
  return join(folder, 'node_modules', pkg, binary)
}

/** Installs into a new folder first, because several processes may do this at once, and one may be killed halfway. */
async function install(spec, folder) {
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(`${folder}-`)
  try {
    const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
    await promisify(execFile)('npm', ['install', '--prefix', temporary, ...flags, spec])
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await getRuntime(argv[2]))
  } catch (error) {
    console.error(error.stderr || error.message)
    process.exitCode = 1
  }
}
