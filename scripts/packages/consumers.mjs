import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './pack.mjs'
import { run } from './run.mjs'
import { typescriptConsumers } from './typescript.mjs'

/** Tools with which users load these packages, with their own versions: see compat/consumers. */
const dir = join(root, 'compat/consumers')
const out = join(dir, 'out')

const VISIT = 'nobody welcome Ada bye nobody'
/** The expected output if the packages are installed, and if there is only one bundled file. */
const INSTALLED = `${VISIT}; opened`
const ALONE = `${VISIT}; Sessions in memory need: npm install @coatcheck/store-memory`
/** Consumers that run at the same time. */
const AT_ONCE = 2

const DRIVERS = /^opened\nopened\nopened\nopened\n.*pass .*client/

const consumers = {
  'node, required': () => expectFrom(node('app/required.cjs'), INSTALLED),
  'node, imported': () => expectFrom(node('app/imported.mjs', 'run'), INSTALLED),
  'jest as CommonJS': () => jest('commonjs'),
  'jest as ESM': () => jest('esm', '--experimental-vm-modules'),
  'ts-jest': () => jest('ts-jest'),
  '@swc/jest': () => jest('swc'),
  'esbuild as CommonJS': temp => bundled(temp, 'esbuild', 'required.cjs', 'required.cjs', ALONE),
  'esbuild, imported': temp => bundled(temp, 'esbuild', 'imported.mjs', 'imported.cjs', ALONE),
  'esbuild with drivers': temp => bundled(temp, 'esbuild', 'drivers.cjs', 'drivers.cjs', DRIVERS),
  ncc: temp => bundled(temp, 'ncc', 'required.cjs', 'required.cjs', ALONE),
  'ncc with drivers': temp => bundled(temp, 'ncc', 'drivers.cjs', 'drivers.cjs', DRIVERS),
  webpack: temp => bundled(temp, 'webpack', 'imported.mjs', 'imported.cjs', ALONE),
  'webpack with drivers': temp => bundled(temp, 'webpack', 'drivers.cjs', 'drivers.cjs', DRIVERS),
  rollup: temp => bundled(temp, 'rollup', 'imported.mjs', 'imported.mjs', ALONE),
  'rollup with drivers': temp => bundled(temp, 'rollup', 'drivers.cjs', 'drivers.cjs', DRIVERS),
  ...typescriptConsumers(dir, (file, name) =>
    expectFrom(run(process.execPath, [file, 'run'], dir), name === 'starred' ? 'function' : INSTALLED),
  ),
}

/** Install the tarballs beside the tools, and run the consumers whose names begin with one of `only`, or all. */
export async function checkConsumers(packages, temp, only, report) {
  const chosen = Object.entries(consumers).filter(
    ([name]) => only.length === 0 || only.some(start => name.startsWith(start)),
  )
  report('the tools of consumers', await install(packages))
  rmSync(out, { recursive: true, force: true })
  const waiting = [...chosen]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, check] = next
      report(name, await check(temp))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** The tools are installed once for each lock file, and the packages each time. */
async function install(packages) {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  const lock = readFileSync(join(dir, 'package-lock.json'), 'utf8')
  const marker = join(dir, 'node_modules/.installed')
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== lock) {
    const { ok, output } = await run('npm', ['ci', ...flags], dir)
    if (!ok) return [`npm ci:\n${output}`]
    writeFileSync(marker, lock)
  }
  const tarballs = packages.map(pkg => pkg.tarball)
  const { ok, output } = await run('npm', ['install', '--no-save', ...flags, ...tarballs], dir)
  return ok ? [] : [`npm install:\n${output}`]
}

function node(...args) {
  return run(process.execPath, args, dir)
}

async function jest(project, ...flags) {
  const args = ['--config', 'jest/jest.config.mjs', '--selectProjects', project, '--ci', '--no-cache']
  const bin = join(dir, 'node_modules/jest/bin/jest.js')
  const env = { EXPECTED: INSTALLED }
  const { ok, output } = await run(process.execPath, [...flags, bin, ...args], dir, env)
  return ok ? [] : [output]
}

/** Runs one file in an empty folder. */
async function bundled(temp, tool, entry, name, expected) {
  const file = join(out, tool, name)
  const built = await node('bundle.mjs', tool, `app/${entry}`, file)
  if (!built.ok) return [built.output]
  const alone = join(temp, `alone-${tool}-${name}`)
  mkdirSync(alone, { recursive: true })
  copyFileSync(file, join(alone, name))
  return expectFrom(run(process.execPath, [basename(name), 'run'], alone), expected)
}

async function expectFrom(running, expected) {
  const { ok, output } = await running
  const answer = output.trim()
  if (!ok) return [output]
  const fits = typeof expected === 'string' ? answer.startsWith(expected) : expected.test(answer)
  return fits ? [] : [`expected ${expected}, got:\n${answer}`]
}
