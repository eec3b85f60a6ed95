import pg from 'pg'
import { databaseFor } from '../lib/databases.mjs'
import { interleave } from '../lib/rounds.mjs'
import { ratios, summary } from '../lib/stats.mjs'
import { ratio } from '../lib/units.mjs'
import { makeData } from '../servers/app.mjs'

const POOL = 'pool of 10'
const SESSIONS = 500
const IN_FLIGHT = 64

/** Pipelined connections in turn: each sends its statements without waiting for the answers to those before. */
class InTurn {
  #clients
  #next = 0

  constructor(clients) {
    this.#clients = clients
  }

  query(...statement) {
    return this.#clients[this.#next++ % this.#clients.length].query(...statement)
  }

  end() {
    return Promise.all(this.#clients.map(client => client.end()))
  }
}

/** Measures pg's pipelined connections beside its pool, under the same store. Decision 019 quotes it. */
export async function measure({ quick }) {
  const url = await databaseFor('postgres')
  const clients = {
    [POOL]: new pg.Pool({ connectionString: url, max: 10 }),
    '1 pipelined': await pipelined(url, 1),
    '4 pipelined': await pipelined(url, 4),
  }
  const { PostgresStore } = await import('@coatcheck/store-postgres')
  const stores = {}
  for (const [name, client] of Object.entries(clients)) {
    stores[name] = new PostgresStore({ client, table: 'pipelining' })
    await makeSessions(stores[name])
  }
  const rows = []
  const figures = {}
  for (const operation of ['get', 'set']) {
    const samples = await interleave(quick ? 3 : 7, Object.keys(stores), name =>
      perSecond(stores[name], operation, quick ? 1000 : 2000),
    )
    for (const name of Object.keys(stores).slice(1)) {
      const times = summary(ratios(samples[name], samples[POOL]))
      figures[`${operation}, ${name}`] = times
      rows.push([operation, name, ratio(times)])
    }
  }
  for (const client of Object.values(clients)) await client.end()
  return {
    title: 'Pipelined connections of pg',
    method: `Operations per second of PostgresStore on pipelined connections, beside those on a ${POOL} connections: ${IN_FLIGHT} in flight, ${SESSIONS} sessions in turn.`,
    columns: ['operation', 'connections', 'times the pool'],
    rows,
    aims: [],
    figures,
  }
}

async function pipelined(url, count) {
  const clients = Array.from(
    { length: count },
    () => new pg.Client({ connectionString: url, pipeline: true }),
  )
  for (const client of clients) await client.connect()
  return new InTurn(clients)
}

function newSession() {
  const expires = new Date(Date.now() + 86_400_000)
  return { cookie: { originalMaxAge: 86_400_000, expires }, ...makeData() }
}

async function makeSessions(store) {
  for (let i = 0; i < SESSIONS; i++) await store.set(`s${i}`, newSession())
}

async function perSecond(store, operation, ms) {
  const session = newSession()
  const begun = performance.now()
  let done = 0
  const work = async () => {
    while (performance.now() - begun < ms) {
      const sid = `s${done++ % SESSIONS}`
      await (operation === 'get' ? store.get(sid) : store.set(sid, session))
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  return done / (performance.now() - begun)
}
