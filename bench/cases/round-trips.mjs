import { databaseFor, NotHere } from '../lib/databases.mjs'
import { methodOf } from '../lib/methods.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'
import { slowProxy } from '../lib/slow-proxy.mjs'
import { counterOf } from '../lib/statements.mjs'
import { median } from '../lib/stats.mjs'

const KINDS = ['redis', 'postgres', 'mysql', 'mongodb']
const REQUESTS = 10
/** The milliseconds by which a proxy delays each answer, so that the duration of a request shows how often it waits. */
const DELAY = 100

/** The limit for each path, and the figure that it applies to. */
const AIMS = {
  untouched: ['total', 1],
  read: ['awaited', 1],
  write: ['total', 2],
  login: ['total', 2],
  'login-at-once': ['total', 2],
  logout: ['total', 2],
}
const PATHS = Object.keys(AIMS)

/** Counts the commands of a request, and how often its response waits for one. */
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
      `Counted at the server (Redis: MONITOR; PostgreSQL: pg_stat_statements; MySQL: its status "Questions"; MongoDB: serverStatus), the mean of ${REQUESTS} requests. ` +
      `The awaited ones are counted with a proxy that delays every answer by ${DELAY} ms. \`login\` is \`regenerate()\`, and then data; \`login-at-once\` is \`regenerate({ data })\`, which express-session does not have.`,
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
    // The first request to a path may prepare a statement or a script.
    const [first, ...cookies] = await makeSessions(server, REQUESTS + 1)
    await request(server, path, first)
    const before = await counter.count()
    for (const cookie of cookies) await request(server, path, cookie)
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

/** The median duration of a request in milliseconds. */
async function durationOf(server, path) {
  const [first, ...cookies] = await makeSessions(server, 6)
  await request(server, path, first)
  const times = []
  for (const cookie of cookies) {
    const begin = performance.now()
    await request(server, path, cookie)
    times.push(performance.now() - begin)
  }
  return median(times)
}

async function request(server, path, cookie) {
  const response = await fetch(server.url(`/${path}`), { method: methodOf(`/${path}`), headers: { cookie } })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`The response to ${path} has the status ${response.status}`)
}
