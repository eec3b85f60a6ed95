import { RECORD_STORE_OPTIONS } from '@coatcheck/session'
import { startChild } from '../lib/child.mjs'
import { interleave } from '../lib/rounds.mjs'
import { median, pairwise, summary } from '../lib/stats.mjs'
import { us } from '../lib/units.mjs'

const REQUESTS = ['read', 'write', 'login']
const CHANNELS = 'channels, all subscribed'
const UNUSED = 'channels, nobody subscribed'

/** The most that an option may add to a read, in microseconds. */
const AIMS = { 'hashIds: true': 1, encryption: 6, [UNUSED]: 0.1 }

/** Measures what each option for security adds to a request, without a server and a database. */
export async function measure({ quick }) {
  const rounds = quick ? 3 : 9
  const count = quick ? 1000 : 10_000
  const variants = variantsHere()
  const children = {}
  for (const variant of variants) children[variant] = await startChild('security.mjs', { variant })
  const figures = {}
  for (const name of REQUESTS) {
    const run = variant => children[variant].ask({ name, count })
    for (const variant of variants) await run(variant)
    const samples = await interleave(rounds, variants, run)
    figures[name] = compare(samples)
  }
  const checks = await interleave(rounds, ['none'], () => children.none.ask({ name: 'checks', count: 1e6 }))
  for (const child of Object.values(children)) await child.stop()
  for (const name of REQUESTS) figures[name].more[UNUSED] = summary(checks.none)
  return {
    title: 'What each option costs',
    method:
      'CPU time of a request to `createSessions()` in one process with `@coatcheck/store-memory` and sessions of about 700 bytes, and what each ' +
      `option adds to it. A login stores a new session. ${rounds} interleaved rounds of ${count.toLocaleString('en-US')} requests: medians, in brackets ` +
      'the quartiles. Without a subscriber: the time of 15 checks, as many as a request with a load and a save makes.',
    columns: ['option', ...REQUESTS],
    rows: [
      ['none', ...REQUESTS.map(name => us(figures[name].none))],
      ...[...variants.slice(1), UNUSED].map(variant => [
        variant,
        ...REQUESTS.map(name => added(figures[name].more[variant])),
      ]),
    ],
    aims: Object.entries(AIMS).map(([variant, aim]) => {
      const more = figures.read.more[variant]
      return {
        aim: `${variant}: at most ${aim} µs more for a read`,
        seen: added(more),
        met: more.median <= aim,
      }
    }),
    figures,
  }
}

/** `owner` is measured if this version of the package has it. */
function variantsHere() {
  const owner = 'owner' in RECORD_STORE_OPTIONS ? ['owner'] : []
  return ['none', 'hashIds: true', 'encryption', ...owner, 'absoluteTimeout', CHANNELS]
}

function compare({ none, ...others }) {
  const more = Object.entries(others).map(([variant, samples]) => [
    variant,
    summary(pairwise(samples, none, (cpu, without) => cpu - without)),
  ])
  return { none: median(none), more: Object.fromEntries(more) }
}

/** Some options cost less than a microsecond. */
function added({ median, low, high }) {
  return `${median < 0 ? '' : '+'}${median.toFixed(2)} µs (${low.toFixed(2)}..${high.toFixed(2)})`
}
