import { databaseFor, NotHere } from '../lib/databases.mjs'
import { methodOf } from '../lib/methods.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'

const PATHS = ['anonymous', 'read', 'write', 'new']
const KINDS = ['memory', 'memory-bounded', 'sqlite', 'redis', 'postgres', 'mysql', 'mongodb']
const REQUESTS = 20

/** Counts how often a request serializes and parses. */
export async function measure() {
  const rows = []
  const figures = {}
  for (const kind of KINDS) {
    for (const middleware of ['coatcheck', 'express-session']) {
      try {
        const counts = await countsOf(kind, middleware)
        figures[`${kind} ${middleware}`] = counts
        rows.push([
          kind,
          middleware,
          ...PATHS.map(path => `${counts[path].stringify} and ${counts[path].parse}`),
        ])
      } catch (error) {
        if (!(error instanceof NotHere)) throw error
        if (middleware === 'coatcheck') rows.push([kind, error.message, ...PATHS.map(() => '')])
      }
    }
  }
  return {
    title: 'Serializations per request',
    method: `Calls of \`JSON.stringify\` and \`JSON.parse\`, the mean of ${REQUESTS} requests. Native code of a driver, such as MongoDB's BSON, is not counted.`,
    columns: ['store', 'middleware', ...PATHS.map(path => `${path}: stringify and parse`)],
    rows,
    aims: Object.entries(figures)
      .filter(([name]) => name.endsWith(' coatcheck'))
      .map(([name, { read }]) => ({
        aim: `${name.split(' ')[0]}, read-only request: at most 1 stringify and 1 parse`,
        seen: `${read.stringify} and ${read.parse}`,
        met: read.stringify <= 1 && read.parse <= 1,
      })),
    figures,
  }
}

async function countsOf(kind, middleware) {
  const url = await databaseFor(kind)
  const server = await startServer({ middleware, store: kind, url, countJson: true })
  const [cookie] = await makeSessions(server, 1)
  const counts = {}
  for (const path of PATHS) {
    const headers = path === 'read' || path === 'write' ? { cookie } : {}
    const request = async () => {
      const response = await fetch(server.url(`/${path}`), { method: methodOf(`/${path}`), headers })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`${middleware} on ${kind} answered ${response.status} to ${path}`)
    }
    // At the first request, a driver may serialize names of columns, or the text of a statement.
    await request()
    const before = await server.json()
    for (let i = 0; i < REQUESTS; i++) await request()
    const after = await server.json()
    counts[path] = {
      stringify: (after.stringify - before.stringify) / REQUESTS,
      parse: (after.parse - before.parse) / REQUESTS,
    }
  }
  await server.stop()
  return counts
}
