import { saturate } from '../lib/load.mjs'
import { interleave } from '../lib/rounds.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'
import { median, pairwise, ratios, summary } from '../lib/stats.mjs'
import { ratio, us, usRange } from '../lib/units.mjs'

const AIM = 0.2
const VARIANTS = ['bare', 'coatcheck', 'express-session']
export const PATHS = ['read', 'write', 'anonymous', 'new']
const SESSIONS = 1000

/** CPU time of the server per request, above that of a server that answers the same without a session middleware. */
export async function measure({ quick }) {
  const rounds = quick ? 3 : 7
  const seconds = quick ? 1 : 2
  const samples = await measureOverhead({ paths: PATHS, rounds, seconds })
  const figures = Object.fromEntries(PATHS.map(path => [path, compare(samples[path])]))
  return {
    title: 'Overhead over bare `node:http`',
    method:
      `CPU time of the server process per request minus that of a bare \`node:http\` server, session.MemoryStore, sessions of about 700 bytes, ${SESSIONS} of them in turn, ` +
      `32 connections. ${rounds} interleaved rounds of ${seconds} s: medians, in brackets the quartiles.`,
    columns: ['request', 'bare http', 'Coatcheck over it', 'express-session over it', 'ratio'],
    rows: PATHS.map(path => {
      const { bare, ours, theirs, times } = figures[path]
      return [path, us(bare.median), usRange(ours), usRange(theirs), ratio(times)]
    }),
    aims: PATHS.map(path => {
      const { times } = figures[path]
      return {
        aim: `overhead of a request "${path}": at most ${AIM} of express-session's`,
        seen: ratio(times),
        met: times.median <= AIM,
      }
    }),
    charts: [
      {
        title: 'CPU time of the session middleware per request',
        unit: 'µs',
        better: 'less',
        groups: PATHS.map(path => ({
          label: path,
          bars: { Coatcheck: figures[path].ours.median, 'express-session': figures[path].theirs.median },
        })),
      },
    ],
    figures,
  }
}

/** Samples of CPU microseconds per request by path and variant. */
export async function measureOverhead({
  paths,
  rounds,
  seconds,
  connections = 32,
  sessions = SESSIONS,
  kilobytes,
}) {
  const servers = {}
  for (const middleware of VARIANTS) {
    servers[middleware] = await startServer({ middleware, store: 'memory', kilobytes }, ['--expose-gc'])
  }
  const cookies = await cookiesOf(servers, sessions)
  const samples = {}
  for (const path of paths) {
    const visit = variant =>
      cpuPerRequest(servers[variant], path, { seconds, connections, cookies: cookies[variant] })
    for (const variant of VARIANTS) await visit(variant)
    samples[path] = await interleave(rounds, VARIANTS, visit)
    if (path === 'new') Object.assign(cookies, await cookiesOf(servers, sessions))
  }
  for (const server of Object.values(servers)) await server.stop()
  return samples
}

async function cookiesOf(servers, count) {
  const cookies = {}
  for (const [name, server] of Object.entries(servers)) {
    await server.clear()
    cookies[name] = await makeSessions(server, count)
  }
  return cookies
}

async function cpuPerRequest(server, path, { seconds, connections, cookies }) {
  const known = path !== 'new' && path !== 'anonymous'
  // New sessions pile up: each round begins with none.
  if (path === 'new') await server.clear()
  const before = await server.usage()
  await saturate(server.url(`/${path}`), { seconds, connections, cookies: known ? cookies : [undefined] })
  const after = await server.usage()
  return (after.cpu - before.cpu) / (after.requests - before.requests)
}

/** Overheads of both and how many times the other's ours is, round by round. */
export function compare(samples) {
  const over = variant => pairwise(samples[variant], samples.bare, (cpu, bare) => cpu - bare)
  const ours = over('coatcheck')
  const theirs = over('express-session')
  return {
    bare: { median: median(samples.bare) },
    ours: summary(ours),
    theirs: summary(theirs),
    times: summary(ratios(ours, theirs)),
  }
}
