import { databaseFor, NotHere } from '../lib/databases.mjs'
import { methodOf } from '../lib/methods.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'
import { slowProxy } from '../lib/slow-proxy.mjs'
import { counterOf } from '../lib/statements.mjs'
import { median } from '../lib/stats.mjs'

const KINDS = ['redis', 'postgres', 'mongodb']
const REQUESTS = 10
/** Milliseconds: what a round trip takes longer where the awaited ones are told by their duration. */
const DELAY = 100

/** By path: which figure is limited, and to what. */
const AIMS = {
  untouched: ['total', 1],
  read: ['awaited', 1],
  write: ['total', 2],
  login: ['total', 2],
  'login-at-once': ['total', 2],
  logout: ['total', 2],
}
const PATHS = Object.keys(AIMS)

/** How often a request asks the database, and how often the response waits for it. */
export async function measure() {
  const rows = []
  const aims = []
  const figures = {}
  for (const kind of KINDS) {
    try {
      const url = await databaseFor(kind)
      const ours = await countsOf(kind, 'coatcheck', url)
      const theirs = await countsOf(kind, 'express-session', url)
      figures[kind] = { ours, theirs }
      for (const path of PATHS) rows.push([kind, path, show(ours[path]), show(theirs[path])])
      for (const [path, [field, limit]] of Object.entries(AIMS)) {
        aims.push({
          aim: `${kind}, ${path}: at most ${limit} ${field === 'total' ? 'round trips' : 'awaited'}`,
          seen: `${ours[path][field]}`,
          met: ours[path][field] <= limit,
        })
      }
    } catch (error) {
      if (!(error instanceof NotHere)) throw error
      rows.push([kind, error.message, '', ''])
      aims.push({ aim: `${kind}: round trips`, seen: 'not measured', met: null })
    }
  }
  return {
    title: 'Round trips per request',
    method:
      `Counted at the server (Redis: MONITOR; PostgreSQL: pg_stat_statements; MongoDB: serverStatus), the mean of ${REQUESTS} requests. Those that the response waits for are told by a ` +
      `proxy that makes every answer ${DELAY} ms later. \`login\` is \`regenerate()\`, and then data; \`login-at-once\` is \`regenerate({ data })\`, which express-session does not have.`,
    columns: ['store', 'request', 'Coatcheck', 'express-session'],
    rows,
    aims,
    figures,
  }
}

function show({ total, awaited }) {
  return `${total}, ${awaited} awaited`
}

async function countsOf(kind, middleware, url) {
  const proxy = await slowProxy(url, 0)
  const slow = await slowProxy(url, DELAY)
  const counter = await counterOf(kind, url)
  const server = await startServer({ middleware, store: kind, url: proxy.url })
  const slowServer = await startServer({ middleware, store: kind, url: slow.url })
  const counts = {}
  for (const path of PATHS) {
    // The first request of a kind may prepare something.
    const [first, ...cookies] = await makeSessions(server, REQUESTS + 1)
    await visit(server, path, first)
    const before = await counter.count()
    for (const cookie of cookies) await visit(server, path, cookie)
    const total = ((await counter.count()) - before) / REQUESTS
    const longer = (await durationOf(slowServer, path)) - (await durationOf(server, path))
    counts[path] = { total, awaited: Math.round(longer / DELAY) }
  }
  await server.stop()
  await slowServer.stop()
  await counter.close()
  proxy.close()
  slow.close()
  return counts
}

/** Milliseconds that a request takes. */
async function durationOf(server, path) {
  const [first, ...cookies] = await makeSessions(server, 6)
  await visit(server, path, first)
  const times = []
  for (const cookie of cookies) {
    const begin = performance.now()
    await visit(server, path, cookie)
    times.push(performance.now() - begin)
  }
  return median(times)
}

async function visit(server, path, cookie) {
  const response = await fetch(server.url(`/${path}`), { method: methodOf(`/${path}`), headers: { cookie } })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}`)
}
