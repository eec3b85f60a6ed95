import { readdir, readFile, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { esmExternalRequirePlugin } from 'rolldown/plugins'

/** What stays an import, since an application shares its state: `debug.enable()` reaches the application's own copy only. */
const EXTERNAL = ['debug']

/**
 * Write the JavaScript of a package and of its dependencies from its source: one file for each entry point, one for what they
 * share, and the licences. Returns the names of the dependencies that are in the files.
 */
export async function bundle(folder, to) {
  const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const build = await rolldown({
    cwd: folder,
    input: entriesOf(exports),
    platform: 'node',
    external: EXTERNAL,
    // `require` of what Node has would need `import.meta.url`, which is gone where a user bundles to CommonJS.
    plugins: [esmExternalRequirePlugin({ external: builtinModules })],
  })
  const { output } = await build.write({
    dir: to,
    chunkFileNames: '[name].js',
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
    minifyInternalExports: false,
    // What is said of the interface is in the declarations.
    comments: { jsdoc: false },
  })
  await build.close()
  const theirs = output
    .flatMap(({ moduleIds }) => moduleIds)
    .filter(id => !id.startsWith(join(folder, 'src')))
  const packages = [...new Set(theirs.flatMap(packageOf))].sort()
  const licences = await Promise.all(packages.map(licenceOf))
  await writeFile(join(to, 'THIRD_PARTY_LICENSES'), licences.join('\n\n'))
  return packages.map(path => path.replace(/^.*\/node_modules\//, ''))
}

/** The source of each entry point, by the name of its file in `dist`. */
function entriesOf(exports) {
  const targets = Object.values(exports).filter(target => typeof target === 'object')
  return Object.fromEntries(
    targets.map(target => [/^\.\/dist\/(.+)\.js$/.exec(target.default)[1], target['coatcheck:source']]),
  )
}

/** The folder of the package that a module comes from; none for what the bundler itself puts in. */
function packageOf(id) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replaceAll('\\', '/')) ?? []
}

async function licenceOf(folder) {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const file = (await readdir(folder)).find(file => /^licen[cs]e/i.test(file))
  if (!file) throw new Error(`${name} has no licence that could be published with what is taken from it`)
  return `${name} ${version}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`
}
