import { startChild } from '../lib/child.mjs'
import { databaseFor, NotHere } from '../lib/databases.mjs'
import { interleave } from '../lib/rounds.mjs'
import { median, ratios, summary } from '../lib/stats.mjs'
import { ratio, us, whole } from '../lib/units.mjs'

const AIM = 0.9
const KINDS = ['redis', 'postgres', 'mysql', 'sqlite', 'mongodb']
/** With these counts, a sample takes some tenths of a second. */
const COUNTS = { redis: 24_000, postgres: 4000, mysql: 4000, sqlite: 24_000, mongodb: 4000 }
const OPERATIONS = ['get', 'set', 'touch', 'destroy']
const VARIANTS = ['driver', 'coatcheck', 'express-session']

/** Measures the cost of a store above its driver. */
export async function measure({ quick }) {
  const rounds = quick ? 3 : 7
  const rows = []
  const aims = []
  const figures = {}
  for (const kind of KINDS) {
    try {
      figures[kind] = await compareOn(kind, rounds, quick ? 4000 : COUNTS[kind])
    } catch (error) {
      if (!(error instanceof NotHere)) throw error
      rows.push([kind, error.message, '', '', '', '', ''])
      aims.push({ aim: aimOf(kind, 'operations'), seen: 'not measured', met: null })
      continue
    }
    for (const name of OPERATIONS) {
      const { rate, ofDriver, ofPeer, cpu } = figures[kind][name]
      rows.push([
        kind,
        name,
        ...VARIANTS.map(who => whole(rate[who])),
        ratio(ofDriver),
        cpu.map(us).join(', '),
      ])
      aims.push({
        aim: aimOf(kind, name),
        seen: `${ofDriver.median.toFixed(2)} of the driver, ${ofPeer.median.toFixed(2)} of the peer`,
        met: ofDriver.median >= AIM && ofPeer.median >= 1,
      })
    }
  }
  return {
    title: 'Store operations',
    method:
      `64 in flight, 4000 sessions of about 700 bytes in turn, ${rounds} interleaved rounds of 4,000 or 24,000 operations. The bare driver makes the calls that the store makes for an operation that is alone, ` +
      'but neither serializes nor parses. Stores that put operations of one tick into one command make fewer.',
    columns: [
      'store',
      'operation',
      'bare driver /s',
      'Coatcheck /s',
      'peer /s',
      'Coatcheck of the driver',
      'CPU for each: driver, Coatcheck, peer',
    ],
    rows,
    aims,
    figures,
  }
}

function aimOf(kind, name) {
  return `${kind}, ${name}: at least ${AIM} of the bare driver, and not below the peer's`
}

async function compareOn(kind, rounds, count) {
  const url = await databaseFor(kind)
  const children = {}
  for (const who of VARIANTS) children[who] = await startChild('operations.mjs', { who, kind, url })
  const found = {}
  for (const name of OPERATIONS) {
    const run = who => children[who].ask({ name, count })
    for (const who of VARIANTS) await run(who)
    const samples = await interleave(rounds, VARIANTS, run)
    const walls = who => samples[who].map(sample => sample.wall)
    found[name] = {
      rate: Object.fromEntries(VARIANTS.map(who => [who, 1e6 / median(walls(who))])),
      ofDriver: summary(ratios(walls('driver'), walls('coatcheck'))),
      ofPeer: summary(ratios(walls('express-session'), walls('coatcheck'))),
      cpu: VARIANTS.map(who => median(samples[who].map(sample => sample.cpu))),
    }
  }
  for (const child of Object.values(children)) await child.stop()
  return found
}
