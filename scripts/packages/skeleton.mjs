import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readJson, root } from './pack.mjs'

const rootManifest = readJson(join(root, 'package.json'))
const { version } = readJson(join(root, 'lerna.json'))

/** Maximum bytes of an unpacked install of both builds, so that growth of a package is noticed. */
const MOST = {
  session: 253_800,
  'store-conformance': 890_000,
  cli: 100_000,
  'store-postgres': 80_000,
  'store-redis': 77_500,
  'store-sqlite': 86_000,
  default: 76_000,
}

/** What all packages have in common. */
export function checkSkeleton(pkg) {
  return [
    ...checkManifest(pkg),
    ...checkPeers(pkg),
    ...checkExports(pkg.manifest.exports),
    ...checkFiles(pkg),
    ...checkSize(pkg),
    ...checkTexts(pkg),
  ]
}

function checkManifest({ folder, manifest }) {
  const expected = {
    name: `@coatcheck/${folder}`,
    version,
    license: rootManifest.license,
    repository: {
      type: 'git',
      url: 'git+https://github.com/coatcheck/coatcheck.git',
      directory: `packages/${folder}`,
    },
    type: 'module',
    sideEffects: false,
    engines: rootManifest.engines,
    publishConfig: { access: 'public', directory: 'published', provenance: true },
  }
  const wrong = Object.entries(expected).filter(
    ([field, value]) => !isDeepStrictEqual(manifest[field], value),
  )
  const empty = ['description', 'keywords', 'files'].filter(field => !manifest[field]?.length)
  return [
    ...wrong.map(([field, value]) => `package.json: "${field}" should be ${JSON.stringify(value)}`),
    ...empty.map(field => `package.json: "${field}" is missing`),
  ]
}

/** npm refuses to install a package if a peer is out of its range, even if the peer is optional and not used. */
function checkPeers({ manifest: { peerDependencies = {}, peerDependenciesMeta = {} } }) {
  return Object.entries(peerDependencies)
    .filter(([name, range]) => peerDependenciesMeta[name]?.optional && range !== '*')
    .map(([name]) => `package.json: the range of the optional peer ${name} should be "*"`)
}

/** Every entry point is one module of `src`, with the same three conditions in the same order. The files for npm are made from it. */
function checkExports(exports = {}) {
  const problems = []
  for (const [subpath, target] of Object.entries(exports)) {
    if (subpath === './package.json') continue
    const name = /^\.\/dist\/(.+)\.js$/.exec(target.default)?.[1]
    const expected = {
      'coatcheck:source': `./src/${name}.ts`,
      types: `./dist/${name}.d.ts`,
      default: `./dist/${name}.js`,
    }
    if (JSON.stringify(target) !== JSON.stringify(expected)) {
      problems.push(`package.json: exports["${subpath}"] should be ${JSON.stringify(expected)}`)
    }
  }
  if (!exports['.']) problems.push('package.json: exports["."] is missing')
  if (exports['./package.json'] !== './package.json') {
    problems.push('package.json: exports["./package.json"] should be "./package.json"')
  }
  return problems
}

function checkFiles({ files }) {
  const needed = ['README.md', 'LICENSE']
  const doors = ['js', 'cjs', 'd.ts', 'd.cts'].map(ending => `dist/index.${ending}`)
  const lacking = [...needed, ...doors].filter(file => !files.includes(file))
  const others = files.filter(file =>
    /(^|\/)(src|tests?|node_modules)\/|\.(test\.\w+|tsbuildinfo|db|tgz)$/.test(file),
  )
  return [
    ...lacking.map(file => `the tarball lacks ${file}`),
    ...others.map(file => `the tarball should not contain ${file}`),
  ]
}

function checkSize({ folder, bytes }) {
  const most = MOST[folder] ?? MOST.default
  return bytes > most ? [`${bytes} bytes unpacked: more than ${most}`] : []
}

function checkTexts({ dir }) {
  const problems = []
  if (readFileSync(join(dir, 'README.md'), 'utf8').trim() === '') problems.push('README.md is empty')
  if (readFileSync(join(dir, 'LICENSE'), 'utf8') !== readFileSync(join(root, 'LICENSE'), 'utf8')) {
    problems.push('LICENSE differs from the one at the root')
  }
  return problems
}
