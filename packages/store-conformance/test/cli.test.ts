import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../src/cli/run.ts'
import { summary } from '../src/cli/terminal.ts'
import { rules, runConformance } from '../src/index.ts'
import type { Report } from '../src/reports/report.ts'
import { exitCodeOf } from '../src/reports/shared.ts'
import { typescript } from './mutants/execute.ts'
import { ReferenceStore } from './mutants/reference.ts'
import { subjectOf } from './mutants/reference-subject.ts'

const subject = (name: string): string => fileURLToPath(new URL(`subjects/${name}.mjs`, import.meta.url))
const only = ['--only', 'API-02,API-05,TCH-02,TCH-03']

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  // The child process of the process lane loads the sources too.
  process.execArgv.push(...(typescript.execArgv ?? []))
})
afterAll(() => rm(folder, { recursive: true }))

async function cli(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await main(argv, { write: text => (out += text) }, { write: text => (err += text) })
  return { code, out, err }
}

describe('exit codes', () => {
  test('0: a sound store conforms, strictly', async () => {
    const { code, out } = await cli(subject('sound'), ...only, '--strict')
    expect(out).toContain('✓ SoundStore conforms (some rules only), strictly')
    expect(code).toBe(0)
  })

  test('1: a MUST is broken, and the eight lines say how', async () => {
    const { code, out, err } = await cli(subject('revives'), ...only, '--seed', '7f3a')
    expect(code).toBe(1)
    for (const label of ['got', 'steps', 'why', 'check', 'seen in', 'again', 'rule'])
      expect(out).toMatch(new RegExp(`^ {2}${label} `, 'm'))
    expect(out).toContain('✗ TCH-03 MUST  touch() does not bring a destroyed session back.')
    expect(out).toContain(`npx @coatcheck/store-conformance ${subject('revives')} --only TCH-03 --seed 7f3a`)
    expect(out).toContain('✗ RevivingStore does not conform')
    expect(err).toContain('TCH-03 fail:')
  })

  test('1 with --strict, 0 without: a SHOULD is not kept', async () => {
    const lax = await cli(subject('advice'), ...only)
    expect(lax.out).toContain('! API-05 SHOULD')
    expect(lax.code).toBe(0)
    expect((await cli(subject('advice'), ...only, '--strict')).code).toBe(1)
  })

  test('2: the subject file is wrong, in one sentence', async () => {
    const nothing = await cli(subject('no-store'))
    expect(nothing.out).toContain(
      'The rules were not run: the store that your subject file makes did not save',
    )
    expect(nothing.out).toContain('create() gave string, want a store')
    expect(nothing.code).toBe(2)
    const missing = await cli('./nowhere.js')
    expect(missing.err).toMatch(
      /^The subject file .*nowhere\.js could not be loaded: .*\nRun store-conformance --help .*\n$/,
    )
    expect(missing.code).toBe(2)
  })

  test.each([
    [[], 'Which store?'],
    [['a.js', 'b.js'], 'One file at a time'],
    [['a.js', '--wrong'], "Unknown option '--wrong'"],
    [['a.js', '--repeat', '0'], '--repeat takes a whole number'],
    [['compare', 'a.json'], 'compare needs two or more files'],
    [['--explain', 'TCH-99'], 'TCH-99'],
  ])('2: the command %j is wrong', async (argv, sentence) => {
    const { code, err } = await cli(...argv)
    expect(err).toContain(sentence)
    expect(code).toBe(2)
  })
})

describe('exit code 3', () => {
  test('the suite itself failed: says so, and what to do', async () => {
    let err = ''
    const output = {
      write() {
        throw new Error('no room')
      },
    }
    expect(await main(['--list'], output, { write: text => (err += text) })).toBe(3)
    expect(err).toMatch(/^The suite itself failed, which says nothing about your store: Error: no room/)
    expect(err).toContain('What to do: run it once more with the same --seed')
  })

  test('the suite failed in one rule: it is named, with the command to run it again', async () => {
    const report = await runConformance(subjectOf(ReferenceStore), { only: ['API-01', 'API-02'], seed: 's' })
    const [first, ...others] = report.rules
    const broken: Report = {
      ...report,
      rules: [{ ...first!, verdict: 'error', message: 'it broke' }, ...others],
    }
    expect(exitCodeOf(broken)).toBe(3)
    const text = summary(broken, false)
    expect(text).toContain(
      'the suite itself failed in API-01: run these once more with --only API-01 --seed s.',
    )
    expect(text).toContain('leave them out with --skip API-01')
  })
})

describe('what it tells', () => {
  test('--list names every rule', async () => {
    const { out, code } = await cli('--list')
    expect(out.trim().split('\n')).toHaveLength(rules.length)
    expect(code).toBe(0)
  })

  test('--explain tells why a rule is there', async () => {
    const { out } = await cli('--explain', 'TCH-03')
    expect(out).toContain('TCH-03 MUST')
    expect(out).toContain('  why ')
  })

  test('--help and --version', async () => {
    expect((await cli('--help')).out).toContain('Exit code: 0 conforms')
    expect((await cli('--version')).out).toMatch(/^@coatcheck\/store-conformance \d/)
  })
})

describe('reports', () => {
  const file = (name: string): string => join(folder, name)

  test('are written as JSON, JUnit, Markdown, HTML and badge', async () => {
    const outputs = ['json', 'junit', 'md', 'html', 'badge'].flatMap(format => [`--${format}`, file(format)])
    await cli(subject('revives'), ...only, ...outputs)
    const report = JSON.parse(await readFile(file('json'), 'utf8'))
    expect(report).toMatchObject({
      schema: 1,
      conforms: false,
      subject: { name: 'RevivingStore' },
      counts: { fail: 2 },
    })
    const schema = await readFile(new URL('../docs/report.schema.json', import.meta.url), 'utf8')
    const validate = new Ajv2020().compile(JSON.parse(schema))
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
    const junit = await readFile(file('junit'), 'utf8')
    expect(junit).toContain('<testsuites name="RevivingStore" tests="4" failures="2"')
    expect(junit).toMatch(/<failure message="[^"]+" type="fail">/)
    expect(await readFile(file('md'), 'utf8')).toContain('# RevivingStore: does not conform')
    const html = await readFile(file('html'), 'utf8')
    expect(html).toContain('Does not conform')
    expect(html).not.toMatch(/(src|href)="(?!https:\/\/github|https:\/\/[^"]+"?>https)/)
    expect(JSON.parse(await readFile(file('badge'), 'utf8'))).toMatchObject({
      schemaVersion: 1,
      color: 'red',
    })
  })

  test('--compare shows which verdicts have changed', async () => {
    await cli(subject('sound'), ...only, '--json', file('before.json'))
    const { out } = await cli(
      subject('revives'),
      ...only,
      '--compare',
      file('before.json'),
      '--json',
      file('after.json'),
    )
    expect(out).toContain('TCH-03: pass -> fail')
    const matrix = await cli('compare', file('before.json'), file('after.json'))
    expect(matrix.out).toContain('| Rule | SoundStore | RevivingStore |')
    expect(matrix.out).toContain('| TCH-03 | pass | fail |')
    expect(matrix.code).toBe(0)
  })

  test('--last-failures runs only what was not kept in a report', async () => {
    await cli(subject('revives'), ...only, '--json', file('failed.json'))
    const { out } = await cli(subject('revives'), '--last-failures', file('failed.json'))
    expect(out).toContain('2 fail')
    expect(out).not.toContain('pass')
  })

  test('JUnit of a run that could not start has an error', async () => {
    await cli(subject('no-store'), '--junit', file('no-store.xml'))
    const junit = await readFile(file('no-store.xml'), 'utf8')
    expect(junit).toContain('tests="1" failures="0" errors="1"')
    expect(junit).toContain('create() gave string, want a store')
  })

  test('a report that cannot be written is one sentence', async () => {
    const { err, code } = await cli(
      subject('sound'),
      '--only',
      'API-02',
      '--json',
      file('no/such/folder.json'),
    )
    expect(err).toMatch(/^The report .* could not be written: /)
    expect(code).toBe(2)
  })
})
