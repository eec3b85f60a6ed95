import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const subjects = fileURLToPath(new URL('subjects', import.meta.url))

/** What a store author has: an empty folder, the packed suite from the registry, and a test runner. */
let folder = ''

function run(command: string, args: string[], cwd = folder): Promise<{ code: number; text: string }> {
  // Without vitest's own variables, which would turn the runners under test into workers of this one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|NODE_OPTIONS|NODE_ENV|TEST$|CI$|npm_)/.test(name),
    ),
  )
  // Jest keeps files there.
  env.TMPDIR = folder
  return new Promise(resolve => {
    execFile(command, args, { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) || 1 : 0, text: stdout + stderr })
    })
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packed-'))
  await run('npx', ['tsc', '-b', 'packages/store-conformance'], root)
  const packed = await run(
    'npm',
    ['pack', '-w', '@coatcheck/store-conformance', '--pack-destination', folder, '--silent'],
    root,
  )
  const tarball = packed.text.match(/coatcheck-store-conformance-.*\.tgz/)?.[0] ?? ''
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const runners = ['vitest@4', 'mocha@11', 'jest@30', 'express-session@1']
  const installed = await run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    `./${tarball}`,
    ...runners,
  ])
  if (installed.code !== 0) throw new Error(`npm install failed: ${installed.text}`)
  await cp(subjects, folder, { recursive: true })
  for (const subject of ['sound', 'revives']) {
    for (const runner of ['vitest', 'node', 'mocha', 'jest']) {
      await writeFile(
        join(folder, `${subject}.${runner}.test.mjs`),
        `import { conformance } from '@coatcheck/store-conformance/${runner}'
import subject from './${subject}.mjs'
conformance(subject, { only: ['API', 'TCH-02', 'TCH-03'] })
`,
      )
    }
  }
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--testMatch']

const runners: [name: string, command: string, args: (file: string) => string[]][] = [
  ['vitest', 'npx', file => ['vitest', 'run', file, '--reporter', 'verbose']],
  ['node', process.execPath, file => ['--test', file]],
  ['mocha', 'npx', file => ['mocha', file]],
  ['jest', process.execPath, file => [...jest, `**/${file}`, '--transform', '{}']],
]

describe.each(runners)('conformance() of /%s, installed from the tarball', (runner, command, args) => {
  test('passes on a sound store', async () => {
    const { code, text } = await run(command, args(`sound.${runner}.test.mjs`))
    expect(text).toContain('API-02 MUST')
    expect(code, text).toBe(0)
  })

  test('fails on a broken one, and says how', async () => {
    const { code, text } = await run(command, args(`revives.${runner}.test.mjs`))
    expect(text).toContain('touch() does not bring a destroyed session back')
    expect(text).toContain('its touch would log the user in again')
    expect(code).not.toBe(0)
  })
})

describe('npx @coatcheck/store-conformance, installed from the tarball', () => {
  test('0 on a sound store, 1 on a broken one, 2 on no store', async () => {
    const codes: Record<string, number> = {}
    for (const subject of ['sound', 'revives', 'no-store']) {
      const { code } = await run('npx', [
        'store-conformance',
        `./${subject}.mjs`,
        '--only',
        'API,TCH-03',
        '--strict',
      ])
      codes[subject] = code
    }
    expect(codes).toEqual({ sound: 0, revives: 1, 'no-store': 2 })
  })
})
