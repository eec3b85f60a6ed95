import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { getRuntime } from '../../../scripts/runtimes.mjs'
import manifest from '../../session/package.json' with { type: 'json' }
import { link, useBuilt } from '../../session/test/support/child.ts'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { tempFile } from './support/files.ts'

/** These runtimes run our source as it is, and each has a driver of its own. */
const RUNTIMES = [
  ['node22', /^node:sqlite of Node 22\./],
  ['node24', /^node:sqlite of Node 24\./],
  ['node26', /^node:sqlite of Node 26\./],
  ['bun', /^bun:sqlite of Bun /],
  ['deno', /^node:sqlite of Deno /],
] as const

const MINUTES = 300_000

/** Run a script of `support/` and read the last line that it prints. */
async function run(runtime: string, script: string, env: Record<string, string> = {}) {
  const path = fileURLToPath(new URL(`support/${script}`, import.meta.url))
  const args = [...(runtime === 'deno' ? ['run', '-A'] : []), '--conditions=coatcheck:source', path]
  const options = { env: { ...process.env, NODE_OPTIONS: '', ...env } }
  const { stdout } = await promisify(execFile)(await getRuntime(runtime), args, options)
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

it.each(inMatrix ? ['node24', 'bun', 'deno'] : ['node24'])(
  'conformance: every rule is kept on the driver of %s',
  async runtime => {
    const report = await run(runtime, 'run-conformance.ts')
    expect(report).toMatchObject({ conforms: true, stray: [], broken: [] })
    expect(report.kept).toBeGreaterThan(100)
  },
  MINUTES,
)

it.each(RUNTIMES)(
  'locks: in %s they are waited for while other work goes on; a deleted file is noticed',
  async (runtime, driver) => {
    const { drivers, ...rest } = await run(runtime, 'run-locks.ts', { FILE: tempFile() })
    for (const text of drivers) expect(text.replace(/^@coatcheck\/store-sqlite \S+, /, '')).toMatch(driver)
    expect(rest).toEqual({
      timers: 20,
      locked: ['ERR_SESSION_STORE_UNAVAILABLE', 503, 'database is locked'],
      read: 'Ada',
      ids: ['a', 'b'],
      gone: ['ERR_SESSION_STORE_UNAVAILABLE', 503, null],
      after: ['e'],
    })
  },
  MINUTES,
)

describe('better-sqlite3 that cannot be used', () => {
  const alone = useBuilt({ outside: true })

  /** A store on a file in a process of this runtime, beside such a better-sqlite3. Gives its findings, or why it cannot be opened. */
  async function open(runtime: string, engines: string, code: string): Promise<string[]> {
    const driver = join(alone.folder, 'node_modules/better-sqlite3')
    await link(alone.folder, Object.keys(manifest.dependencies)).catch(() => {})
    await mkdir(driver, { recursive: true })
    await writeFile(
      join(driver, 'package.json'),
      JSON.stringify({ name: 'better-sqlite3', version: '13.9.9', engines: { node: engines } }),
    )
    await writeFile(join(driver, 'index.js'), code)
    const source = `
      import { SqliteStore } from '@coatcheck/store-sqlite'
      try {
        const store = SqliteStore.open(${JSON.stringify(tempFile())})
        await store.set('a', { cookie: {} })
        console.log(JSON.stringify((await store.diagnose()).map(({ level, text }) => level + ': ' + text)))
      } catch (error) {
        console.log(JSON.stringify([error.message]))
      }`
    const binary = runtime === 'own' ? process.execPath : await getRuntime(runtime)
    const { stdout } = await promisify(execFile)(binary, ['--input-type=module', '--eval', source], {
      cwd: alone.folder,
    })
    return JSON.parse(stdout)
  }

  const NOT_BUILT = "module.exports = class { constructor() { throw new Error('no binary') } }"
  const ENDS_THE_PROCESS = "process.kill(process.pid, 'SIGSEGV')"
  const MEND =
    'npm rebuild better-sqlite3 (with npm 11: npm install-scripts approve better-sqlite3 && npm rebuild better-sqlite3)'

  it('driver: one that is not built is told with the command that mends it', async () => {
    expect(await open('own', '>=18', NOT_BUILT)).toEqual([
      `better-sqlite3 13.9.9 is installed but not built for Node ${process.versions.node}: ${MEND}`,
    ])
  })

  it('driver: one for a later Node is never loaded, and told with the version to install', async () => {
    expect(await open('own', '>=99', ENDS_THE_PROCESS)).toEqual([
      `better-sqlite3 13.9.9 needs Node 99 or later, and this is Node ${process.versions.node}: install an earlier version of it`,
    ])
  })

  it.runIf(process.versions.node.startsWith('20.'))(
    'driver: 13, which needs Node 22, is told with the version for Node 20',
    async () => {
      expect(await open('own', '>=22', ENDS_THE_PROCESS)).toEqual([
        `better-sqlite3 13.9.9 needs Node 22 or later, and this is Node ${process.versions.node}: npm install better-sqlite3@12`,
      ])
    },
  )

  it(
    'driver: node:sqlite takes its place where there is one, and diagnose says why',
    async () => {
      const findings = await open('node24', '20.x || 22.x || 24.x', NOT_BUILT)
      expect(findings).toContainEqual(
        expect.stringMatching(/^ok: @coatcheck\/store-sqlite \S+, node:sqlite of Node 24/),
      )
      expect(findings).toContainEqual(
        expect.stringMatching(
          /^warning: node:sqlite of Node 24\S+, because better-sqlite3 13\.9\.9 is installed but/,
        ),
      )
    },
    MINUTES,
  )
})
