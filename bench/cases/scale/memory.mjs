import { openIdle } from '../../lib/idle.mjs'
import { makeSessions, startServer } from '../../lib/server-process.mjs'
import { whole } from '../../lib/units.mjs'

const VARIANTS = ['bare', 'coatcheck', 'express-session']
const SESSIONS = 1000

/** Measures the memory of connections that wait for their next request, and of sessions whose request is under way. */
export async function measureMemory({ quick }) {
  const idle = quick ? 500 : 10_000
  const inFlight = quick ? 200 : 2000
  const figures = {}
  for (const middleware of VARIANTS) figures[middleware] = await memoryOf(middleware, idle, inFlight)
  const more = (name, field) => figures[name][field] - figures.bare[field]
  const row = (label, field) => [
    label,
    ...VARIANTS.map(name => `${whole(figures[name][field])} bytes`),
    `${whole(more('coatcheck', field))} and ${whole(more('express-session', field))} bytes`,
  ]
  return {
    text:
      `Memory of the process: of each of ${whole(idle)} keep-alive connections that have had a request "read" and wait for the next (of the whole process), and of each of ` +
      `${whole(inFlight)} requests that have their session and have not been answered (heap after garbage collection). The sessions themselves, in session.MemoryStore, are not in it.`,
    columns: ['', 'bare http', 'Coatcheck', 'express-session', 'more than bare: Coatcheck, express-session'],
    rows: [
      row('idle connection, resident', 'idle'),
      row('idle connection, heap', 'idleHeap'),
      row('request in flight, heap', 'inFlight'),
    ],
    figures,
  }
}

/** Bytes per connection and per request in flight. */
async function memoryOf(middleware, idle, inFlight) {
  const server = await startServer(
    { middleware, store: 'memory', keepAlive: true },
    { execArgv: ['--expose-gc'] },
  )
  const cookies = await makeSessions(server, SESSIONS)
  const { hostname, port } = new URL(server.url('/'))
  const open = (path, count, options) => openIdle({ hostname, port, path, cookies, count, ...options })
  // What the first requests and connections need is no part of the others.
  const first = await open('/read', 100)
  const before = await server.memory()
  const waiting = await open('/read', idle)
  const after = await server.memory()
  for (const socket of [...first, ...waiting]) socket.destroy()
  const empty = await server.memory()
  const held = await open('/held', inFlight, { answered: false })
  while ((await server.held()).count < inFlight) await new Promise(resolve => setTimeout(resolve, 50))
  const full = await server.memory()
  for (const socket of held) socket.destroy()
  await server.stop()
  return {
    idle: (after.rss - before.rss) / idle,
    idleHeap: (after.heap - before.heap) / idle,
    inFlight: (full.heap - empty.heap) / inFlight,
  }
}
