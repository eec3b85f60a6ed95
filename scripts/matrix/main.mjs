// Runs the rows, whose images scripts/matrix.sh has made, and writes their lines into docs/support.md.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { argv, env, execPath } from 'node:process'
import { promisify } from 'node:util'
import { getRuntime } from '../runtimes.mjs'
import { rows } from './rows.mjs'

const run = promisify(execFile)
const LOGS = '.matrix'
const PAGE = 'docs/support.md'
const AT_ONCE = Number(env.COATCHECK_AT_ONCE ?? 2)

/** The image of a row: the one that tests use, or the one of another version. */
function imageOf({ database, tag }) {
  return tag ? `coatcheck/${database}:${tag}` : env[`COATCHECK_${database.toUpperCase()}_IMAGE`]
}

/** The program of a runtime; `node` is the one that this runs in. */
async function programOf(runtime) {
  return runtime === 'node' ? execPath : getRuntime(runtime)
}

/** What the server or the runtime says that it is. */
async function versionOf(row) {
  const said = row.database
    ? await printedBy(imageOf(row), row.version)
    : await run(await programOf(row.runtime), ['--version'])
  const number = /\d+\.\d+(\.\d+)?/.exec(said.stdout)?.[0] ?? 'of unknown version'
  if (row.runtime === 'node') return `Node ${number}`
  return /mariadb/i.test(said.stdout) ? `MariaDB ${number}` : number
}

function printedBy(image, [program, ...args]) {
  return run('docker', ['run', '--rm', '--entrypoint', program, image, ...args])
}

/** Such tests start that runtime, and run in Node. */
function isOfAnotherRuntime({ runtime = 'node' }) {
  return !runtime.startsWith('node')
}

/** Runs the tests of a row and counts them. What they say goes to a file. */
async function test(row, name) {
  const pattern = row.named ?? (isOfAnotherRuntime(row) ? ` ${row.runtime}` : undefined)
  const named = pattern === undefined ? [] : ['--testNamePattern', pattern]
  // Absolute, because some rows have a root of their own.
  const report = resolve(LOGS, `${name}.json`)
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
  const program = row.runtime && !isOfAnotherRuntime(row) ? await programOf(row.runtime) : execPath
  // The examples are installed, built and started with this Node.
  const node = row.runtime && !isOfAnotherRuntime(row) ? { COATCHECK_NODE: row.runtime } : {}
  const child = spawn(program, args, {
    env: { ...env, ...image, ...node },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = createWriteStream(`${LOGS}/${name}.log`)
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const [status] = await once(child, 'close')
  log.end()
  return count(report, status)
}

async function count(report, status) {
  const { stdout } = await run(execPath, [
    'scripts/count-tests.mjs',
    report,
    String(status),
    `${LOGS}/failures.txt`,
  ])
  const [passed, failed, skipped] = stdout.trim().split(' ').map(Number)
  return { passed, failed, skipped }
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
  const { passed, failed, skipped } = await test(row, name)
  const ok = failed === 0 && passed > 0
  // Those of other runtimes and of other names are no skipped ones.
  const left = skipped > 0 && !isOfAnotherRuntime(row) && !row.named ? `, ${skipped} skipped` : ''
  const result = ok ? `${passed} tests passed${left}` : `${failed} of ${passed + failed} tests failed${left}`
  console.log(`${row.what} on ${row.on} (${version}): ${result}`)
  return { row, version, result, ok }
}

/** Runs the rows in their order, so many of them at once. */
async function runAll(chosen) {
  const page = await readFile(PAGE, 'utf8').catch(() => '')
  const before = page.split('\n')
  const left = [...chosen]
  const results = []
  const worker = async () => {
    for (let row = left.shift(); row; row = left.shift()) {
      results.push(await resultOf(row))
      // What was run is told, also when the rest is cut short.
      await writeFile(PAGE, pageOf(results, before))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}

const beginOf = ({ what, on }) => `| ${what} | ${on} | `

/** The lines of rows that were run now, and of the others what the page says of them. */
function pageOf(results, before) {
  const day = new Date().toISOString().slice(0, 10)
  const lines = rows.flatMap(row => {
    const found = results.find(result => result.row === row)
    if (found) return [`${beginOf(row)}${found.version} | ${found.result} | ${day} |`]
    return before.filter(line => line.startsWith(beginOf(row)))
  })
  return `# What is tested on what

Each line is a run of that package's tests, which have the conformance suite among them for the stores. A line for a framework is a run of the
tests on that framework, and a line for an example drives that app. Drivers are those that \`npm ci\` installs, and
Node is version 20 unless the line says something else. \`npm run matrix\` runs all lines and writes this page; \`npm run matrix -- valkey\` does so for
the lines with that in them. It runs every week. Tests that need
better-sqlite3 run on Node 20 only, for which it is compiled.
The tests of @coatcheck/store-dynamodb run on dynalite, a server with the API of DynamoDB. DynamoDB itself was not run.

| Package | On | Version | Result | Day |
|---|---|---|---|---|
${lines.join('\n')}
`
}

const wanted = argv.length > 2 ? argv.slice(2) : ['']
const named = word =>
  rows.filter(({ what, on }) => `${what} ${on}`.toLowerCase().includes(word.toLowerCase()))
const chosen = [...new Set(wanted.flatMap(named))]
const results = await runAll(chosen)
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1
