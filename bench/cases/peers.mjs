import { methodOf } from '../lib/methods.mjs'
import { costsOf, opening } from '../lib/peer-costs.mjs'
import { gains, HOSTS, isToken, titleOf } from '../lib/peers.mjs'
import { interleave } from '../lib/rounds.mjs'
import { nodeOf } from '../lib/runtime.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'
import { us, usRange } from '../lib/units.mjs'
import { cpuPerRequest, PATHS } from './overhead.mjs'

const SESSIONS = 1000
/** The other versions of Node are measured in less detail. */
const OTHERS = ['20', '26']
const BRIEF = ['read', 'write']

/** Measures the CPU time per request of session packages of each framework, and of tokens, above a server without sessions. */
export async function measure({ quick }) {
  const node = process.versions.node.split('.')[0]
  const processes = quick ? 1 : 2
  const costs = await costsOn(node, PATHS, [processes, 3])
  const others = {}
  for (const other of quick ? [] : OTHERS.filter(other => other !== node)) {
    others[other] = await costsOn(other, BRIEF, [1, 3])
  }
  const beside = Object.keys(others)
  return {
    title: 'What a request costs',
    method:
      'CPU time of the server process per request, minus that of the same server without sessions: bare `node:http`, Fastify, Koa, Hono or a fetch handler, each on its own. ' +
      'Each package as its README begins, with its own memory store if it keeps sessions at the server. A token (HS256) is read by verifying it and written by signing it; ' +
      'to change one, an application needs both. `KeyObject` and `CryptoKey` are a secret that is prepared once. ' +
      `Sessions of about 700 bytes, ${SESSIONS} of them in turn, 32 connections. On Node ${node}: ${processes} times 3 interleaved rounds of 1 s, each time on new processes: ` +
      `medians, in brackets the quartiles. ${beside.length ? `On Node ${beside.join(' and ')}: 3 rounds.` : ''}`,
    columns: ['', 'over', ...PATHS, ...beside.flatMap(other => BRIEF.map(path => `${path}, Node ${other}`))],
    rows: Object.keys(costs).map(key => [
      titleOf(key),
      HOSTS[costs[key].host].title,
      ...PATHS.map(path => show(costs[key], path)),
      ...beside.flatMap(other => BRIEF.map(path => us(others[other][key][path].median))),
    ]),
    tables: [gains(costs)],
    aims: aimsOf(costs),
    charts: [opening(costs, node)],
    figures: { node, costs, others },
  }
}

/** Verifying a token needs no session when there is none, and signing one is the same for a new one. */
function show(cost, path) {
  return cost[path] ? usRange(cost[path]) : 'as without'
}

/** A session at the server costs less than a token. */
function aimsOf(costs) {
  const { median: ours } = costs['http coatcheck'].read
  const tokens = HOSTS.http.packages.filter(isToken).map(name => `http ${name}`)
  return tokens.map(key => {
    const { median: theirs } = costs[key].read
    return {
      aim: `a session that is read costs less than to verify a token with ${titleOf(key)}`,
      seen: `${(ours / theirs).toFixed(2)} of it`,
      met: ours < theirs,
    }
  })
}

async function costsOn(major, paths, [processes, rounds]) {
  const costs = {}
  for (const host of Object.keys(HOSTS)) {
    const samples = []
    const bytes = {}
    for (let i = 0; i < processes; i++) samples.push(await samplesOf({ host, major, paths, rounds, bytes }))
    Object.assign(costs, costsOf(host, samples, bytes))
  }
  return costs
}

/** The samples of each package on one kind of server, by path. All are on new processes. */
async function samplesOf({ host, major, paths, rounds, bytes }) {
  const names = ['bare', ...HOSTS[host].packages]
  const servers = {}
  const cookies = {}
  for (const who of names) {
    servers[who] = await startServer(
      { host, who },
      { script: 'peers.mjs', node: await nodeOf(major), execArgv: ['--expose-gc'] },
    )
    cookies[who] = await makeSessions(servers[who], SESSIONS)
    bytes[who] = await bytesOf(servers[who], cookies[who][0])
  }
  const samples = {}
  for (const path of paths) {
    const run = who => cpuPerRequest(servers[who], path, { seconds: 1, cookies: cookies[who] })
    for (const who of names) await run(who)
    samples[path] = await interleave(rounds, names, run)
  }
  for (const server of Object.values(servers)) await server.stop()
  return samples
}

/** The bytes of the cookies that a request sends, and of those that its response sets. */
async function bytesOf(server, cookie) {
  const bytes = { sent: cookie.length }
  for (const path of BRIEF) {
    const response = await fetch(server.url(`/${path}`), {
      method: methodOf(`/${path}`),
      headers: { cookie },
    })
    await response.arrayBuffer()
    bytes[path] = response.headers.getSetCookie().join('').length
  }
  return bytes
}
