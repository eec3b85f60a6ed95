import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The packages that will be published, with their manifests in the repository and for npm. */
export function findPackages() {
  return readdirSync(join(root, 'packages'))
    .map(folder => ({ folder, dir: join(root, 'packages', folder) }))
    .map(pkg => ({ ...pkg, manifest: readJson(join(pkg.dir, 'package.json')) }))
    .filter(pkg => !pkg.manifest.private)
    .map(pkg => ({ ...pkg, publishable: join(pkg.dir, pkg.manifest.publishConfig.directory) }))
}

/** Pack the output of `npm run build`, all packages with one command. */
export async function packAll(packages, to) {
  const folders = packages.map(pkg => pkg.publishable)
  const { ok, output } = await run('npm', ['pack', '--json', '--pack-destination', to, ...folders], root)
  if (!ok) throw new Error(`npm pack:\n${output}`)
  const packed = new Map(JSON.parse(output).map(tarball => [tarball.name, tarball]))
  for (const pkg of packages) {
    const { filename, files, unpackedSize } = packed.get(pkg.manifest.name)
    pkg.published = readJson(join(pkg.publishable, 'package.json'))
    pkg.tarball = join(to, filename)
    pkg.files = files.map(file => file.path)
    pkg.bytes = unpackedSize
  }
}

/** The entry points of all packages, which users may import. */
export function entryPoints(packages) {
  return packages.flatMap(({ published }) =>
    Object.keys(published.exports)
      .filter(subpath => subpath !== './package.json')
      .map(subpath => published.name + subpath.slice(1)),
  )
}

export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
