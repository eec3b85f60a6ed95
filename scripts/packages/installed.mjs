import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryPoints, readJson, root } from './pack.mjs'
import { run } from './run.mjs'

const { devDependencies } = readJson(join(root, 'package.json'))

/** Entry points that cannot be required, with their error messages. */
const ONLY_IMPORTED = { '@coatcheck/store-conformance/vitest': 'Vitest cannot be imported' }

/** Installs all packages with npm in an empty folder. Imports and requires each entry point: both must be the same copy. */
export async function checkInstalled(packages, temp) {
  const dir = join(temp, 'installed')
  mkdirSync(dir)
  writeFileSync(join(dir, 'package.json'), '{ "private": true }\n')
  // Peers in the versions that this repository tests with. Their install scripts are not needed to load a module.
  const peers = new Set(packages.flatMap(pkg => Object.keys(pkg.manifest.peerDependencies ?? {})))
  const specs = [...peers].map(name => `${name}@${devDependencies[name] ?? '*'}`)
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  const installed = await run('npm', [...install, ...packages.map(pkg => pkg.tarball), ...specs], dir)
  if (!installed.ok) return [`npm install:\n${installed.output}`]
  writeFileSync(join(dir, 'check.mjs'), program(entryPoints(packages)))
  const loaded = await run(process.execPath, ['check.mjs'], dir)
  return loaded.ok ? [] : [loaded.output]
}

/** An older client of Redis, which an application may use for something else. */
export async function checkBesideOthers(packages, temp) {
  const dir = join(temp, 'beside')
  mkdirSync(dir)
  writeFileSync(join(dir, 'package.json'), '{ "private": true }\n')
  const ours = packages.filter(pkg => ['session', 'store-redis'].includes(pkg.folder)).map(pkg => pkg.tarball)
  const args = ['install', '--package-lock-only', '--no-audit', '--no-fund', '--prefer-offline']
  const { ok, output } = await run('npm', [...args, 'ioredis@5', 'redis@4', ...ours], dir)
  return ok ? [] : [output]
}

function program(entries) {
  return `
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const onlyImported = ${JSON.stringify(ONLY_IMPORTED)}
for (const entry of ${JSON.stringify(entries)}) {
  const imported = await import(entry)
  if (onlyImported[entry]) {
    assert.throws(() => require(entry), error => error.message.includes(onlyImported[entry]))
    continue
  }
  const required = require(entry)
  assert.equal(imported.default ?? required, required, entry + ': the default export should be what is required')
  for (const name of Object.keys(imported).filter(name => name !== 'default' && name !== 'module.exports')) {
    assert.ok(imported[name] !== undefined, entry + ' should export ' + name)
    assert.equal(required[name], imported[name], entry + ': ' + name + ' should be one for import and require')
  }
}
const session = require('@coatcheck/session')
assert.equal(typeof session, 'function', "require('@coatcheck/session') should be a function")
assert.equal(session.session, session)
for (const [name, part] of [['store', 'Store'], ['memory', 'MemoryStore'], ['cookie', 'Cookie'], ['session', 'Session']]) {
  assert.equal(require('@coatcheck/session/session/' + name), session[part])
}
`
}
