// Packs every package that will be published and looks at the tarballs as a user gets them: the common skeleton,
// publint, the types, and all of them installed together in an empty folder. Needs a build.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
const rootManifest = readJson(join(root, 'package.json'))
const { version } = readJson(join(root, 'lerna.json'))

const temp = mkdtempSync(join(tmpdir(), 'coatcheck-packages-'))
try {
  const packages = findPackages()
  for (const pkg of packages) await pack(pkg)

  let failed = false
  for (const pkg of packages) {
    const problems = [...checkSkeleton(pkg), ...(await publint(pkg)), ...(await attw(pkg))]
    failed = print(`${pkg.manifest.name} (${pkg.files.length} files)`, problems) || failed
  }
  failed = print('installed together', await checkInstalled(packages)) || failed
  if (failed) process.exitCode = 1
} finally {
  rmSync(temp, { recursive: true, force: true })
}

function findPackages() {
  return readdirSync(join(root, 'packages'))
    .map(folder => {
      const dir = join(root, 'packages', folder)
      return { folder, dir, manifest: readJson(join(dir, 'package.json')) }
    })
    .filter(pkg => !pkg.manifest.private)
}

async function pack(pkg) {
  const folder = join(pkg.dir, pkg.manifest.publishConfig?.directory ?? '')
  const { ok, output } = await run('npm', ['pack', '--json', '--pack-destination', temp], folder)
  if (!ok) throw new Error(`npm pack of ${pkg.manifest.name}:\n${output}`)
  const [packed] = JSON.parse(output)
  pkg.tarball = join(temp, packed.filename)
  pkg.files = packed.files.map(file => file.path)
}

function checkSkeleton({ folder, dir, manifest, files }) {
  const problems = []
  // One that is put together for npm has no source in its tarball: see scripts/publishable.mjs.
  const together = manifest.publishConfig?.directory !== undefined
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
    publishConfig: { access: 'public', ...(together && { directory: 'published' }) },
  }
  for (const [field, value] of Object.entries(expected)) {
    if (!isDeepStrictEqual(manifest[field], value)) {
      problems.push(`package.json: "${field}" should be ${JSON.stringify(value)}`)
    }
  }
  for (const field of ['description', 'keywords', 'files']) {
    if (!manifest[field]?.length) problems.push(`package.json: "${field}" is missing`)
  }
  problems.push(...checkExports(manifest.exports))

  const source = together ? 'dist/THIRD_PARTY_LICENSES' : 'src/index.ts'
  for (const file of ['README.md', 'LICENSE', source, 'dist/index.js', 'dist/index.d.ts']) {
    if (!files.includes(file)) problems.push(`the tarball lacks ${file}`)
  }
  for (const file of files) {
    if (/(^|\/)(tests?|node_modules)\/|\.(test\.\w+|tsbuildinfo|db|tgz)$/.test(file)) {
      problems.push(`the tarball should not contain ${file}`)
    }
  }
  if (readFileSync(join(dir, 'README.md'), 'utf8').trim() === '') problems.push('README.md is empty')
  if (readFileSync(join(dir, 'LICENSE'), 'utf8') !== readFileSync(join(root, 'LICENSE'), 'utf8')) {
    problems.push('LICENSE differs from the one at the root')
  }
  return problems
}

// Every entry point is one module of src/, in the same three conditions and the same order.
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

async function publint({ tarball }) {
  const { ok, output } = await run(join(bin, 'publint'), ['run', tarball, '--strict'])
  return ok ? [] : [`publint:\n${output}`]
}

async function attw({ tarball }) {
  const { ok, output } = await run(join(bin, 'attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii'])
  return ok ? [] : [`attw:\n${output}`]
}

async function checkInstalled(packages) {
  const dir = join(temp, 'consumer')
  mkdirSync(dir)
  writeFileSync(join(dir, 'package.json'), '{ "private": true }\n')

  // Peers in the versions that this repository tests with. Their install scripts are not needed to load a module.
  const peers = new Set(packages.flatMap(pkg => Object.keys(pkg.manifest.peerDependencies ?? {})))
  const specs = [...peers].map(name => `${name}@${rootManifest.devDependencies[name] ?? '*'}`)
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  const installed = await run('npm', [...install, ...packages.map(pkg => pkg.tarball), ...specs], dir)
  if (!installed.ok) return [`npm install:\n${installed.output}`]

  const entries = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports)
      .filter(subpath => subpath !== './package.json')
      .map(subpath => manifest.name + subpath.slice(1)),
  )
  writeFileSync(join(dir, 'check.mjs'), consumer(entries))
  const loaded = await run(process.execPath, ['check.mjs'], dir)
  return loaded.ok ? [] : [loaded.output]
}

function consumer(entries) {
  return `
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import session from '@coatcheck/session'

const require = createRequire(import.meta.url)
assert.equal(typeof session, 'function', "import session from '@coatcheck/session' should be a function")
assert.equal(require('@coatcheck/session'), session, "require('@coatcheck/session') should be that function")
for (const entry of ${JSON.stringify(entries)}) {
  await import(entry)
  require(entry)
}
`
}

function print(what, problems) {
  console.log(`${what}: ${problems.length === 0 ? 'ok' : 'failed'}`)
  for (const problem of problems) console.log(`  ${problem.trimEnd().replaceAll('\n', '\n  ')}`)
  return problems.length > 0
}

async function run(file, args, cwd = root) {
  try {
    const { stdout } = await promisify(execFile)(file, args, { cwd })
    return { ok: true, output: stdout }
  } catch (error) {
    return { ok: false, output: `${error.stdout ?? ''}${error.stderr ?? error.message}` }
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
