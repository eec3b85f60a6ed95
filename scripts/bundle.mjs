import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { rolldown } from 'rolldown'
import { entriesOf, programsOf } from './entries.mjs'
import { writeSbom } from './sbom.mjs'

/** Dependencies that are bundled into published files: they have no state that an application shares with this package. */
export const BUNDLED = ['cookie', 'cookie-signature', 'depd', 'obug']
/** Packages that cannot be required. A module that imports them stays an ES module. */
const ONLY_IMPORTED = ['vitest']

/**
 * Write the JavaScript of a package for npm: each entry point as a CommonJS file, and an ES module that exports the same values, so that
 * `import` and `require` have one copy. Returns the names of the bundled dependencies.
 */
export async function bundle(folder, to) {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const entries = entriesOf(manifest)
  const inside = Object.keys(manifest.dependencies ?? {}).filter(name => BUNDLED.includes(name))
  const output = inside.length
    ? await writeTogether(folder, to, entries)
    : await writeModules(folder, to, [...entries, ...programsOf(manifest)])
  for (const { name, source } of entries) {
    const chunk = output.find(({ fileName }) => fileName === `${name}.cjs`)
    if (chunk.imports.some(id => ONLY_IMPORTED.includes(id))) await writeModule(folder, to, { name, source })
    else await writeFile(join(to, `${name}.js`), doorOf(chunk))
  }
  if (inside.length) await describeInside(folder, to, manifest, output)
  return inside
}

/** One file for each entry point and one for their shared code, because this package is loaded at every start. */
function writeTogether(folder, to, entries) {
  return write(folder, inputOf(entries), {
    dir: to,
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
    // Names stay, for stack traces. Only white space is removed.
    minify: {
      compress: { keepNames: { function: true, class: true } },
      mangle: { keepNames: { function: true, class: true } },
      codegen: { removeWhitespace: true },
    },
  })
}

/** One file for each module, as the compiler writes them. */
async function writeModules(folder, to, entries) {
  const files = await readdir(join(folder, 'src'), { recursive: true })
  const modules = files
    .filter(file => file.endsWith('.ts'))
    .map(file => ({ name: file.replaceAll(sep, '/').replace(/\.ts$/, ''), source: `./src/${file}` }))
  return write(folder, inputOf([...modules, ...entries]), {
    dir: to,
    preserveModules: true,
    preserveModulesRoot: join(folder, 'src'),
  })
}

/** One module as an ES module that imports the CommonJS files of the others. */
function writeModule(folder, to, { name, source }) {
  const others = {
    name: 'others',
    resolveId: (id, importer) =>
      importer && id.startsWith('.') ? { id: id.replace(/\.ts$/, '.cjs'), external: true } : undefined,
  }
  const options = { dir: to, format: 'es', entryFileNames: '[name].js' }
  return write(folder, { [name]: source }, options, [others])
}

async function write(folder, input, options, plugins = []) {
  const build = await rolldown({
    cwd: folder,
    input,
    platform: 'node',
    external: isExternal,
    makeAbsoluteExternalsRelative: false,
    plugins: [asCommonJs, ...plugins],
  })
  const { output } = await build.write({
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    minifyInternalExports: false,
    footer: requiredAs,
    // Comments on the interface are in the declarations.
    comments: { jsdoc: false },
    ...options,
  })
  await build.close()
  return output
}

/** If a module exports this name, `require` returns its value. This rule of Node is applied for every tool. */
function requiredAs({ fileName, exports }) {
  const has = fileName.endsWith('.cjs') && exports.includes('module.exports')
  return has ? "module.exports = exports['module.exports'];" : ''
}

function inputOf(entries) {
  return Object.fromEntries(entries.map(({ name, source }) => [name, source]))
}

/** A dependency that is not bundled, or a module of Node. */
function isExternal(id) {
  return /^[\w@]/.test(id) && !BUNDLED.some(name => id === name || id.startsWith(`${name}/`))
}

/** The folder of the published file, or, in a bundle in the form of an ES module, the working directory. */
const PLACE =
  "require('node:url').pathToFileURL(typeof __filename === 'string' ? __filename : process.cwd() + '/_').href"

/** The source is ES modules. In CommonJS, a driver is required in a form that bundlers recognize, so that they include it. */
const asCommonJs = {
  name: 'as-commonjs',
  transform: code =>
    code
      .replace(/createRequire\(import\.meta\.url\)\((?=')/g, 'require(')
      .replaceAll('import.meta.url', PLACE),
}

/** An ES module that exports the values of a CommonJS file. */
function doorOf({ fileName, exports }) {
  const file = `./${fileName.split('/').at(-1)}`
  const isFunction = exports.includes('module.exports')
  const names = exports.filter(name => name !== 'default' && name !== 'module.exports').sort()
  const lines = [
    `import exported from '${file}'`,
    names.length && `export const { ${names.join(', ')} } = exported`,
    isFunction && "export { exported as default, exported as 'module.exports' }",
  ]
  return `${lines.filter(Boolean).join('\n')}\n`
}

/** Tell users, and the scanners of users, which packages are inside. */
async function describeInside(folder, to, manifest, output) {
  const theirs = output
    .flatMap(({ moduleIds }) => moduleIds)
    .filter(id => !id.startsWith(join(folder, 'src')))
  const packages = [...new Set(theirs.flatMap(packageOf))].sort()
  const licences = await Promise.all(packages.map(licenceOf))
  await writeFile(join(to, 'THIRD_PARTY_LICENSES'), listOf(licences))
  await writeSbom(to, manifest, packages)
}

/** The folder of a module's package; `undefined` for code of the bundler itself. */
function packageOf(id) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replaceAll('\\', '/')) ?? []
}

/** The licence of a package: who gives it, and its terms. */
async function licenceOf(folder) {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const file = (await readdir(folder)).find(file => /^licen[cs]e/i.test(file))
  if (!file) throw new Error(`${name} has no licence file to publish with its code`)
  const text = (await readFile(join(folder, file), 'utf8')).trim()
  const terms = Math.max(text.indexOf('Permission is hereby granted'), 0)
  return { notice: `${name} ${version}\n\n${text.slice(0, terms)}`, terms: text.slice(terms) }
}

/** Terms that several packages share stand once, below all of their notices. */
function listOf(licences) {
  const noticesByTerms = {}
  for (const { notice, terms } of licences) noticesByTerms[terms] = (noticesByTerms[terms] ?? '') + notice
  return Object.entries(noticesByTerms)
    .map(([terms, notices]) => `${notices}${terms}\n`)
    .join('\n\n')
}
