import { databaseFor, NotHere } from '../../lib/databases.mjs'
import { saturate } from '../../lib/load.mjs'
import { interleave } from '../../lib/rounds.mjs'
import { makeSessions, startServer } from '../../lib/server-process.mjs'
import { ratios, summary } from '../../lib/stats.mjs'
import { perSecond, ratio, us } from '../../lib/units.mjs'

const AIM = 1.8
const KINDS = ['redis', 'postgres']
/** A page that only reads its session, and one that also works for about a millisecond, as most applications do. */
const PATHS = { read: 'none', busy: 'about 1 ms' }
const CONNECTIONS = 32

/** Measures two processes on one database beside one. */
export async function measureCluster({ quick }) {
  const pace = quick ? { rounds: 3, seconds: 1 } : { rounds: 5, seconds: 2 }
  const rows = []
  const aims = []
  const figures = {}
  for (const kind of KINDS) {
    try {
      figures[kind] = await clusterOn(kind, pace)
    } catch (error) {
      if (!(error instanceof NotHere)) throw error
      rows.push([kind, error.message, '', '', '', ''])
      continue
    }
    for (const [path, work] of Object.entries(PATHS)) {
      const { one, two, times, cpu } = figures[kind][path]
      rows.push([kind, work, perSecond(one), perSecond(two), ratio(times), cpu.map(us).join(' and ')])
    }
    const { times } = figures[kind].busy
    aims.push({
      aim: `${kind}: two processes answer at least ${AIM} times as many requests as one, with ${PATHS.busy} of work for each`,
      seen: ratio(times),
      met: times.median >= AIM,
    })
  }
  return {
    text:
      `Two processes on one database beside one, requests "read", ${CONNECTIONS} connections. The load generator and the database share the cores of the machine with the ` +
      'processes, so on two cores the second process has no core of its own: without work in the application the requests per second show that, and not the store. ' +
      `The CPU time per request shows whether a second process makes the first one's work dearer. ${pace.rounds} interleaved rounds of ${pace.seconds} s.`,
    columns: [
      'store',
      'work of the application',
      'one process',
      'two',
      'ratio',
      'server CPU per request: one, two',
    ],
    rows,
    aims,
    figures,
  }
}

async function clusterOn(kind, { rounds, seconds }) {
  const url = await databaseFor(kind)
  const servers = []
  for (let i = 0; i < 2; i++) servers.push(await startServer({ middleware: 'coatcheck', store: kind, url }))
  const cookies = await makeSessions(servers[0], 1000)
  const found = {}
  for (const path of Object.keys(PATHS)) {
    const run = async count => {
      const some = servers.slice(0, count)
      const before = await Promise.all(some.map(server => server.usage()))
      const load = { seconds, connections: CONNECTIONS / count, cookies }
      const answered = await Promise.all(some.map(server => saturate(server.url(`/${path}`), load)))
      const after = await Promise.all(some.map(server => server.usage()))
      const sum = (usages, field) => usages.reduce((sum, usage) => sum + usage[field], 0)
      const cpu = sum(after, 'cpu') - sum(before, 'cpu')
      return {
        perSecond: answered.reduce((sum, one) => sum + one, 0),
        cpu: cpu / (sum(after, 'requests') - sum(before, 'requests')),
      }
    }
    for (const count of [1, 2]) await run(count)
    const samples = await interleave(rounds, [1, 2], run)
    const [one, two] = [1, 2].map(count => samples[count].map(({ perSecond }) => perSecond))
    found[path] = {
      one: summary(one),
      two: summary(two),
      times: summary(ratios(two, one)),
      cpu: [1, 2].map(count => summary(samples[count].map(({ cpu }) => cpu)).median),
    }
  }
  for (const server of servers) await server.stop()
  return found
}
