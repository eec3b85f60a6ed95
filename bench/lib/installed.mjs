import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Lists what `npm install name` puts into an empty folder: each package with its version and the bytes of its files. For a package
 * of this repository, these are the files that `npm pack` would publish.
 */
export function installed(name, from) {
  const packages = new Map()
  const waiting = [[name, from]]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const folder = folderOf(...next)
    const published = join(folder, manifestIn(folder).publishConfig?.directory ?? '')
    const { name, version, dependencies = {} } = manifestIn(published)
    const key = `${name}@${version}`
    if (packages.has(key)) continue
    packages.set(key, folder.includes('node_modules') ? sizeOf(folder) : packedSize(published))
    for (const dependency of Object.keys(dependencies)) waiting.push([dependency, folder])
  }
  const bytes = [...packages.values()].reduce((sum, size) => sum + size, 0)
  return { count: packages.size, bytes, packages: Object.fromEntries(packages) }
}

function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** The folder in which `require(name)` finds a package; symbolic links of workspaces are resolved. */
function folderOf(name, from) {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name)
  for (const path of paths) {
    const folder = join(path, name)
    if (statSync(join(folder, 'package.json'), { throwIfNoEntry: false })) return realFolder(folder)
  }
  throw new Error(`${name} is not installed`)
}

function realFolder(folder) {
  const { resolve } = createRequire(import.meta.url)
  return dirname(resolve(join(folder, 'package.json')))
}

function sizeOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.name !== 'node_modules')
    .map(entry => join(folder, entry.name))
    .reduce((sum, path) => sum + (statSync(path).isDirectory() ? sizeOf(path) : statSync(path).size), 0)
}

function packedSize(folder) {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return JSON.parse(output)[0].unpackedSize
}
