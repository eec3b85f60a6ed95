// Makes the folder that npm publishes of the package in the current folder (`publishConfig.directory` of its manifest) from its
// source and the declarations that `tsc -b` has written: see docs/decisions/009-bundled-for-npm.md.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundle } from './bundle.mjs'

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
const folder = process.cwd()
const manifest = JSON.parse(await readFile('package.json', 'utf8'))
if (!manifest.publishConfig.directory) throw new Error(`${manifest.name} has no publishConfig.directory`)
const to = join(folder, manifest.publishConfig.directory)

await rm(to, { recursive: true, force: true })
const bundled = await bundle(folder, join(to, 'dist'))
for (const file of [...(await declarations()), 'README.md', 'LICENSE']) await copy(file)
await writeFile(join(to, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`)

/** Those that a user's compiler reads, from the entry points on; not those of the modules behind them. */
async function declarations() {
  const entries = Object.values(manifest.exports).flatMap(({ types }) => types ?? [])
  const options = ['--listFilesOnly', '--ignoreConfig', '--module', 'nodenext', ...entries]
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options])
  const files = stdout.split('\n').map(file => relative(folder, file.trim()))
  return files.filter(file => file.startsWith(`dist${sep}`))
}

async function copy(file) {
  await mkdir(join(to, dirname(file)), { recursive: true })
  await copyFile(file, join(to, file))
}

/** The manifest without what is for this repository only, and without the dependencies that are in the files. */
function published({ scripts: _, devDependencies: __, ...manifest }) {
  const exports = Object.entries(manifest.exports).map(([subpath, target]) => {
    if (typeof target === 'string') return [subpath, target]
    const { 'coatcheck:source': _, ...conditions } = target
    return [subpath, conditions]
  })
  const dependencies = Object.entries(manifest.dependencies).filter(([name]) => !bundled.includes(name))
  const { directory: _directory, ...publishConfig } = manifest.publishConfig
  return {
    ...manifest,
    files: ['dist'],
    exports: Object.fromEntries(exports),
    dependencies: Object.fromEntries(dependencies),
    publishConfig,
  }
}
