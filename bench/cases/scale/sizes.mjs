import { startChild } from '../../lib/child.mjs'
import { databaseFor, NotHere } from '../../lib/databases.mjs'
import { interleave } from '../../lib/rounds.mjs'
import { growth, sizesTable } from '../../lib/scale.mjs'
import { ratios, summary } from '../../lib/stats.mjs'

const KINDS = ['memory', 'sqlite', 'redis', 'postgres', 'mysql', 'mongodb']
/** The operations of the store, and a read of the bare driver: what grows with it is the database and the caches, not the store. */
export const OPERATIONS = ['get', 'update', 'row']
/** With these counts, a sample takes some tenths of a second. */
const COUNTS = { memory: 20_000, sqlite: 10_000, redis: 10_000, postgres: 4000, mysql: 4000, mongodb: 1000 }

/** Measures each store with more and more sessions. */
export async function measureSizes({ quick }) {
  const sizes = quick ? [1e3, 1e4] : [1e3, 1e4, 1e5, 1e6]
  const figures = {}
  const missing = {}
  for (const kind of KINDS) {
    try {
      figures[kind] = await measureKind(kind, sizes, quick ? 3 : 5)
    } catch (error) {
      if (!(error instanceof NotHere)) throw error
      missing[kind] = error.message
    }
  }
  return { sizes, figures, ...sizesTable(sizes, figures, missing), chart: growth(sizes, figures) }
}

/** The time of each operation by size: in microseconds, and relative to that with the smallest number of sessions. */
async function measureKind(kind, sizes, rounds) {
  const url = await databaseFor(kind)
  const children = {}
  const found = Object.fromEntries(OPERATIONS.map(name => [name, {}]))
  try {
    for (const size of sizes) {
      console.log(`${kind}: ${size.toLocaleString('en-US')} sessions`)
      const child = await startChild(
        'scale.mjs',
        { kind, url, size },
        { execArgv: ['--max-old-space-size=8192'] },
      )
      children[size] = child
      if (!child.ready.full) break
    }
    const full = sizes.filter(size => children[size]?.ready.full)
    for (const name of OPERATIONS) {
      const run = size => children[size].ask({ name, count: COUNTS[kind] })
      for (const size of full) await run(size)
      const samples = await interleave(rounds, full, run)
      const walls = size => samples[size].map(({ wall }) => wall)
      for (const size of full) {
        found[name][size] = {
          wall: summary(walls(size)),
          cpu: summary(samples[size].map(({ cpu }) => cpu)),
          times: summary(ratios(walls(size), walls(full[0]))),
        }
      }
    }
  } finally {
    for (const child of Object.values(children)) await child.stop()
  }
  return found
}
