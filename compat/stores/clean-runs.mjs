// Runs the conformance suite several times on each of our stores, one line for each run: `npm run clean-runs`, or
// `npm run clean-runs -- 5 redis postgres` for five runs of two of them. Ends with 1 if a run was not clean.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServers } from './servers.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const cli = fileURLToPath(new URL('../../packages/store-conformance/dist/cli.js', import.meta.url))
const PATIENCE = 900_000

const words = process.argv.slice(2)
const times = Number(words.find(word => /^\d+$/.test(word)) ?? 3)
const wanted = words.filter(word => !/^\d+$/.test(word))
const files = await readdir(join(here, 'subjects'))
const ours = files.flatMap(file => /^coatcheck-(.*)\.mjs$/.exec(file)?.[1] ?? [])

const folder = await mkdtemp(join(tmpdir(), 'clean-runs-'))
const servers = await startServers()
try {
  for (const name of ours) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    for (let run = 1; run <= times; run++) console.log(`${name} ${run}/${times}: ${await runOf(name)}`)
  }
} finally {
  await servers.stop()
  await rm(folder, { recursive: true })
}

/** One run in a line: how long it took, what was kept, and what was not. */
async function runOf(name) {
  const file = join(folder, `${name}.json`)
  const load = loadavg()[0].toFixed(0)
  const code = await ended([cli, join('subjects', `coatcheck-${name}.mjs`), '--strict', '--json', file])
  const report = JSON.parse(await readFile(file, 'utf8').catch(() => 'null'))
  await rm(file, { force: true })
  if (!report) return fail(`no report, exit code ${code}`)
  const { ms, seed, counts, rules, stray } = report
  const broken = rules.filter(({ verdict }) => ['fail', 'warn', 'flaky', 'error'].includes(verdict))
  const unverified = rules.filter(({ verdict }) => verdict === 'unverified').map(({ id }) => id)
  const text = `${(ms / 1000).toFixed(1)} s at load ${load}, ${counts.pass} kept, unverified ${unverified.join(' ') || 'none'}`
  if (code === 0 && broken.length === 0 && stray.length === 0) return `clean, ${text}`
  const what = [...broken.map(({ id, verdict, message }) => `${id} ${verdict}: ${message}`), ...stray]
  return fail(`exit code ${code}, ${text}, seed ${seed}; ${what.join('; ')}`)
}

function fail(text) {
  process.exitCode = 1
  return `NOT CLEAN, ${text}`
}

function ended(args) {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      args,
      { cwd: here, timeout: PATIENCE, maxBuffer: 2 ** 26 },
      (error, _out, errors) => {
        if (errors) console.error(errors.slice(0, 500))
        resolve(error ? (error.code ?? error.signal) : 0)
      },
    )
  })
}
