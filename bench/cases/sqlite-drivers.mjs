import { startChild } from '../lib/child.mjs'
import { interleave } from '../lib/rounds.mjs'
import { betterSqlite3Version } from '../lib/sqlite.mjs'
import { median, ratios, summary } from '../lib/stats.mjs'
import { ratio, us, whole } from '../lib/units.mjs'

const COUNT = 24_000
/** The operations, and what they are called on the page. */
const OPERATIONS = {
  get: 'get',
  parsed: 'get, the driver with `JSON.parse`',
  set: 'set',
  touch: 'touch',
  destroy: 'destroy',
}
const DRIVERS = ['better-sqlite3', 'node:sqlite']

/** Measures our store on both drivers of SQLite, and each driver alone. */
export async function measure({ quick }) {
  const rounds = quick ? 3 : 7
  const count = quick ? 4000 : COUNT
  // Where it is not installed for this Node, it is downloaded now.
  const version = await betterSqlite3Version()
  const common = {
    title: 'SQLite drivers',
    method:
      `SqliteStore on better-sqlite3 ${version} and on \`node:sqlite\`, and each of them alone, in Node ${process.versions.node}: 64 in flight, 4000 sessions of about 700 bytes in turn, ` +
      `${rounds} interleaved rounds of ${whole(count)} operations. The last column has the quartiles in brackets. A store returns a session and a driver a text: in the second row the driver parses it too.`,
    columns: [
      'operation',
      'better-sqlite3 alone /s',
      'node:sqlite alone /s',
      'Coatcheck on better-sqlite3 /s',
      'Coatcheck on node:sqlite /s',
      'CPU for each: Coatcheck on better-sqlite3, on node:sqlite',
      'node:sqlite of better-sqlite3, under Coatcheck',
    ],
    aims: [],
  }
  if (!process.getBuiltinModule?.('node:sqlite')) {
    const missing = `Node ${process.versions.node} has no \`node:sqlite\`: it begins with 22.13`
    return { ...common, rows: [], missing }
  }
  const figures = await compare(rounds, count)
  const rows = Object.entries(OPERATIONS).map(([name, text]) => {
    const { rate, cpu, times } = figures[name]
    const rates = ['driver', 'coatcheck'].flatMap(who =>
      DRIVERS.map(driver => whole(rate[`${driver} ${who}`])),
    )
    const cpus = DRIVERS.map(driver => us(cpu[`${driver} coatcheck`])).join(', ')
    return [text, ...rates, cpus, ratio(times)]
  })
  return { ...common, rows, figures }
}

async function compare(rounds, count) {
  const children = {}
  for (const driver of DRIVERS) {
    for (const who of ['driver', 'coatcheck']) {
      children[`${driver} ${who}`] = await startChild('operations.mjs', { who, kind: 'sqlite', url: driver })
    }
  }
  const variants = Object.keys(children)
  const found = {}
  for (const name of Object.keys(OPERATIONS)) {
    const run = variant => children[variant].ask({ name, count })
    for (const variant of variants) await run(variant)
    const samples = await interleave(rounds, variants, run)
    const medianOf = (variant, field) => median(samples[variant].map(sample => sample[field]))
    const each = value => Object.fromEntries(variants.map(variant => [variant, value(variant)]))
    const [better, own] = DRIVERS.map(driver => samples[`${driver} coatcheck`].map(({ wall }) => wall))
    found[name] = {
      rate: each(variant => 1e6 / medianOf(variant, 'wall')),
      cpu: each(variant => medianOf(variant, 'cpu')),
      times: summary(ratios(better, own)),
    }
  }
  for (const child of Object.values(children)) await child.stop()
  return found
}
