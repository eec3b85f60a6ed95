// Runs the conformance suite on each subject, has a second program look at each MUST that was not kept, keeps both in
// results/, and writes docs/state-of-the-stores.md from them. `npm run stores -- memorystore` does so for one store, and
// several are run in the order in which they are named.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getRuntime } from '../../scripts/runtimes.mjs'
import { isBroken, pageOf } from './page.mjs'
import { startServers } from './servers.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))
const cli = fileURLToPath(new URL('../../packages/store-conformance/dist/cli.js', import.meta.url))
const page = fileURLToPath(new URL('../../docs/state-of-the-stores.md', import.meta.url))
const results = join(here, 'results')

// Stores that ask for a newer Node than the repository.
const NODES = { 'connect-session-sequelize': 'node22' }
const AT_ONCE = Number(process.env.STORES_AT_ONCE ?? 2)

const names = (await readdir(join(here, 'subjects'))).map(file => basename(file, '.mjs'))
const subjects = names.filter(name => name !== 'support').sort()
const chosen = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'state-of-the-stores-'))
const servers = await startServers()
try {
  await expectNothing('express-session')
  await inTurn(chosen.length === 0 ? subjects : chosen.filter(name => subjects.includes(name)), AT_ONCE, look)
} finally {
  await servers.stop()
  await rm(folder, { recursive: true })
}
await writeFile(page, pageOf(await readResults()))

async function look(name) {
  const report = await run(name)
  if (!report) {
    console.log(`${name}: no report`)
    return
  }
  const broken = report.rules.filter(rule => rule.level !== 'MAY' && isBroken(rule))
  const musts = broken.filter(({ level }) => level === 'MUST')
  const seconds = {}
  await inTurn(musts, 2, async ({ id }) => {
    seconds[id] = await second(name, id)
  })
  const doubtful = musts.map(({ id }) => id).filter(id => !seconds[id].seen)
  const later = await runAgain(name, doubtful)
  const kept = {
    subject: report.subject.name,
    version: report.subject.version,
    node: report.env.node,
    os: report.env.os.split(' ')[0],
    servers: servers.names,
    suite: report.suite,
    smoke: { ok: report.smoke.ok, message: tidy(report.smoke.message) },
    counts: report.counts,
    // Not kept in the first run, on a busy machine, and kept in a second one.
    keptLater: later.join(', '),
    broken: broken
      .filter(({ id }) => !later.includes(id))
      .map(({ id, level, verdict, onlyBesideOthers = false, sentence, message }) => {
        return { id, level, verdict, onlyBesideOthers, sentence, message: tidy(message), second: seconds[id] }
      }),
    stray: report.stray.map(tidy),
  }
  await writeFile(join(results, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`)
  const agreed = musts.filter(({ id }) => seconds[id].seen).length
  console.log(`${name}: ${report.label}; of ${musts.length} MUST, a second program saw ${agreed}`)
}

/** The report of one store, from a process of its own: some of them end theirs. */
async function run(name, more = []) {
  const json = join(folder, `${name}-${more.length}.json`)
  const args = [cli, join('subjects', `${name}.mjs`), '--seed', 'state', '--json', json, ...more]
  await ended(await nodeOf(name), args, 600_000)
  try {
    return JSON.parse(await readFile(json, 'utf8'))
  } catch {
    // None, or half of one.
    return undefined
  }
}

/** Which of these rules the store keeps when they are run once more, with nothing beside them. */
async function runAgain(name, ids) {
  if (ids.length === 0) return []
  const report = await run(name, ['--only', ids.join(',')])
  return ids.filter(id => report && passed(report, id))
}

/** What the second program for a rule says: `{ seen }`, or `{ failed }` where it could not tell. */
async function second(name, id) {
  const args = [join('second', 'main.mjs'), join('subjects', `${name}.mjs`), id]
  const said = await ended(await nodeOf(name), args, 150_000)
  try {
    const { seen, failed } = JSON.parse(said.trim().split('\n').at(-1))
    return { ...(seen && { seen: tidy(seen) }), ...(failed && { failed: tidy(failed) }) }
  } catch {
    return { failed: 'it ended without an answer' }
  }
}

/** The second programs themselves are no use where they see faults in a store that has none. */
async function expectNothing(name) {
  const { rules } = await import('@coatcheck/store-conformance')
  const { programs } = await import('./second/programs.mjs')
  const report = await run(name)
  const kept = rules.filter(({ id, level }) => level === 'MUST' && programs[id] && passed(report, id))
  await inTurn(kept, 4, async ({ id }) => {
    const { seen } = await second(name, id)
    if (seen) throw new Error(`The second program for ${id} is wrong: it says of ${name} that ${seen}`)
  })
}

function passed(report, id) {
  return report.rules.find(rule => rule.id === id)?.verdict === 'pass'
}

async function nodeOf(name) {
  return NODES[name] ? getRuntime(NODES[name]) : process.execPath
}

function ended(program, args, timeout) {
  return new Promise(resolve => {
    execFile(program, args, { cwd: here, timeout, maxBuffer: 2 ** 26 }, (_error, stdout) => resolve(stdout))
  })
}

/** Does the work for each item, so many of them at a time. */
async function inTurn(items, atOnce, work) {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function readResults() {
  const found = []
  for (const name of subjects) {
    const text = await readFile(join(results, `${name}.json`), 'utf8').catch(() => undefined)
    if (text) found.push({ name, ...JSON.parse(text) })
  }
  return found
}

/** Seen text without the folders and the chance names of one run. */
function tidy(text) {
  const place = text
    .replace(/[^\s'"()]*\/compat\/stores\//g, '')
    .replaceAll(root, '')
    .replaceAll(tmpdir(), '…')
  return place.replace(/\b(conf|second)_\w+/g, '$1_…').replace(/coatcheck-compat-\w+/g, '…')
}
