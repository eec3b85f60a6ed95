// Runs the rows, whose images scripts/matrix.sh has made, and writes docs/support.md.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { argv, env, execPath, version as ownVersion } from 'node:process'
import { promisify } from 'node:util'
import { getRuntime } from '../runtimes.mjs'
import { rows } from './rows.mjs'

const run = promisify(execFile)
const LOGS = '.matrix'
const PAGE = 'docs/support.md'

/** The image of a row: the one that tests use, or the one of another version. */
function imageOf({ database, tag }) {
  return tag ? `coatcheck/${database}:${tag}` : env[`COATCHECK_${database.toUpperCase()}_IMAGE`]
}

/** What the server or the runtime says that it is. */
async function versionOf(row) {
  const said = row.database
    ? await run('docker', ['run', '--rm', '--entrypoint', row.version[0], imageOf(row), row.version[1]])
    : await run(await getRuntime(row.runtime), ['--version'])
  return /\d+\.\d+(\.\d+)?/.exec(said.stdout)?.[0] ?? 'of unknown version'
}

/** Runs the tests of a row and counts them. What they say goes to a file. */
async function test(row, name) {
  const isNode = row.runtime?.startsWith('node')
  const named = row.runtime && !isNode ? ['--testNamePattern', ` ${row.runtime}`] : []
  const report = `${LOGS}/${name}.json`
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...row.tests,
    ...named,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const image = row.database ? { [`COATCHECK_${row.database.toUpperCase()}_IMAGE`]: imageOf(row) } : {}
  const program = isNode ? await getRuntime(row.runtime) : execPath
  const child = spawn(program, args, { env: { ...env, ...image }, stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(`${LOGS}/${name}.log`)
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const [status] = await once(child, 'close')
  log.end()
  return count(report, status)
}

async function count(report, status) {
  const { stdout } = await run(execPath, ['scripts/count-tests.mjs', report, String(status)])
  const [passed, failed] = stdout.trim().split(' ').map(Number)
  return { passed, failed }
}

async function resultOf(row) {
  const name = `${row.what}-${row.on}`.replace(/\W+/g, '-')
  let version
  try {
    version = await versionOf(row)
  } catch (error) {
    console.error(`${row.what} on ${row.on}: ${error.message.split('\n')[0]}`)
    return { row, version: '', result: 'not run: it could not be had', ok: false }
  }
  const { passed, failed } = await test(row, name)
  const ok = failed === 0 && passed > 0
  const result = ok ? `${passed} tests passed` : `${failed} of ${passed + failed} tests failed`
  console.log(`${row.what} on ${row.on} (${version}): ${result}`)
  return { row, version, result, ok }
}

function pageOf(results) {
  const day = new Date().toISOString().slice(0, 10)
  const lines = results.map(
    ({ row, version, result }) => `| ${row.what} | ${row.on.replace(/ \d+$/, '')} | ${version} | ${result} |`,
  )
  return `# What is tested on what

Each line is a run of that package's tests, the conformance suite of the stores among them, on ${day}: the drivers and Node
${ownVersion.slice(1)} are those that \`npm ci\` installs, unless the line names another runtime. \`npm run matrix\` runs them all and writes this
page.

| Package | On | Version | Result |
|---|---|---|---|
${lines.join('\n')}
`
}

const [wanted] = argv.slice(2)
const chosen = rows.filter(
  ({ what, on }) => !wanted || `${what} ${on}`.toLowerCase().includes(wanted.toLowerCase()),
)
const results = []
for (const row of chosen) results.push(await resultOf(row))
if (!wanted) await writeFile(PAGE, pageOf(results))
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1
