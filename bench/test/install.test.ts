import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cache, installPacked } from '../../compat/test/support/packed.ts'
import { runNode } from '../../packages/session/test/support/child.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** As the `install` case of the benchmarks counts it. */
interface Install {
  bytes: number
  /** The bytes of each, by name and version. */
  packages: Record<string, number>
}

let folder: string

beforeAll(async () => {
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'coatcheck-install-'))
  await installPacked(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What comes with the package of this name, where it is installed. */
async function installed(name: string, from: string): Promise<Install> {
  const lib = pathToFileURL(join(root, 'bench/lib/installed.mjs')).href
  const place = JSON.stringify([name, from])
  const source = `import { installed } from '${lib}'; console.log(JSON.stringify(installed(...${place})))`
  const { stdout } = await runNode(['--input-type=module', '--eval', source], { cwd: root })
  return JSON.parse(stdout)
}

it('install: @coatcheck/session brings these packages and no others', async () => {
  const { packages } = await installed('@coatcheck/session', folder)
  const names = Object.keys(packages).map(name => name.replace(/@[^@]+$/, ''))
  expect(names).toEqual(['@coatcheck/session'])
})

it('install: @coatcheck/session with what it brings is smaller than express-session', async () => {
  const ours = await installed('@coatcheck/session', folder)
  const theirs = await installed('express-session', root)
  expect(ours.bytes).toBeLessThan(theirs.bytes)
})

it('install: what npm publishes of @coatcheck/session does not grow', async () => {
  const { packages } = await installed('@coatcheck/session', folder)
  const own = Object.keys(packages).find(name => name.startsWith('@coatcheck/session@'))!
  // 253.3 today.
  expect(packages[own]! / 1000).toBeLessThan(253.6)
})

it('install: the build for import is a few lines that lead to that for require, so the code is there once', () => {
  const dist = join(folder, 'node_modules/@coatcheck/session/dist')
  const files = readdirSync(dist, { recursive: true }) as string[]
  const bytesOf = (ending: RegExp) =>
    files.filter(file => ending.test(file)).reduce((sum, file) => sum + statSync(join(dist, file)).size, 0)
  // 920 today.
  expect(bytesOf(/\.js$/)).toBeLessThan(1200)
  expect(bytesOf(/\.cjs$/)).toBeGreaterThan(100_000)
})

it('install: the README on npm leads to the rest of it, and to no anchor that is not there', () => {
  const readme = readFileSync(join(folder, 'node_modules/@coatcheck/session/README.md'), 'utf8')
  const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!.toLowerCase())
  const anchors = [...readme.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor!.replaceAll('-', ' '))
  expect(headings).toEqual(expect.arrayContaining(['install', 'options', ...anchors]))
  expect(readme).toMatch(/\[The whole README\]\(https:\/\/github\.com\/\S+#readme\)/)
})

it('install: the published declarations of @coatcheck/session are what its entry points reach, with the comments', () => {
  const types = join(folder, 'node_modules/@coatcheck/session/dist/types')
  const files = (readdirSync(types, { recursive: true }) as string[]).filter(file => file.endsWith('.cts'))
  const entries = ['cookie', 'memory', 'session', 'store'].map(name => `deep-imports/${name}.d.cts`)
  expect(files.sort()).toEqual([...entries, 'fetch.d.cts', 'index.d.cts', 'shared.d.cts', 'stores.d.cts'])
  const text = readFileSync(join(types, 'shared.d.cts'), 'utf8')
  expect(text).toMatch(/\/\*\* Read a session outside of a request\..* \*\/\nload\(sid: string/)
  expect(text).not.toContain('interface SessionHost ')
})

it('import: the published JavaScript of @coatcheck/session is these files', () => {
  const dist = join(folder, 'node_modules/@coatcheck/session/dist')
  const files = readdirSync(dist, { recursive: true }) as string[]
  const others = files.filter(file => file.endsWith('.cjs') && !file.startsWith('deep-imports'))
  expect(others.sort()).toEqual([
    'fetch.cjs',
    'index.cjs',
    'rolldown-runtime.cjs',
    'routes.cjs',
    'shared.cjs',
    'stores.cjs',
  ])
})
