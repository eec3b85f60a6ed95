import { saturate } from '../lib/load.mjs'
import { interleave } from '../lib/rounds.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'
import { median, pairwise, ratios, summary } from '../lib/stats.mjs'
import { ratio, us, usRange } from '../lib/units.mjs'

const VARIANTS = ['bare', 'coatcheck', 'express-session']
/** The most that a request of each kind may cost, of express-session's. */
const AIMS = { read: 0.15, write: 0.15, anonymous: 0.1, new: 0.15 }
export const PATHS = Object.keys(AIMS)
const SESSIONS = 1000

export const QUICK = { processes: 1, rounds: 3, seconds: 1 }
export const THOROUGH = { processes: 3, rounds: 3, seconds: 2 }

export function roundsOf({ processes, rounds, seconds }) {
  return `${processes} times ${rounds} interleaved rounds of ${seconds} s, each time on new processes: medians, in brackets the quartiles.`
}

/** Measures the CPU time per request above that of a server without a session middleware that gives the same answers. */
export async function measure({ quick }) {
  const pace = quick ? QUICK : THOROUGH
  const samples = await measureOverhead({ paths: PATHS, ...pace })
  const figures = Object.fromEntries(PATHS.map(path => [path, compare(samples[path])]))
  return {
    title: 'Overhead over bare `node:http`',
    method:
      `CPU time of the server process per request minus that of a bare \`node:http\` server, session.MemoryStore, sessions of about 700 bytes, ${SESSIONS} of them in turn, ` +
      `32 connections. ${roundsOf(pace)}`,
    columns: ['request', 'bare http', 'Coatcheck over it', 'express-session over it', 'ratio'],
    rows: PATHS.map(path => {
      const { bare, ours, theirs, times } = figures[path]
      return [path, us(bare.median), usRange(ours), usRange(theirs), ratio(times)]
    }),
    aims: PATHS.map(path => {
      const { times } = figures[path]
      return {
        aim: `overhead of a request "${path}": at most ${AIMS[path]} of express-session's`,
        seen: ratio(times),
        met: times.median <= AIMS[path],
      }
    }),
    figures,
  }
}

/**
 * Returns samples of CPU microseconds per request, by path and variant. Two processes with the same code can differ by more than an
 * anonymous request costs, so each variant is measured in several processes.
 */
export async function measureOverhead({ processes, ...options }) {
  const samples = {}
  for (let i = 0; i < processes; i++) {
    for (const [path, of] of Object.entries(await measureProcesses(options))) {
      samples[path] ??= Object.fromEntries(VARIANTS.map(variant => [variant, []]))
      for (const variant of VARIANTS) samples[path][variant].push(...of[variant])
    }
  }
  return samples
}

async function measureProcesses({
  paths,
  rounds,
  seconds,
  connections = 32,
  sessions = SESSIONS,
  kilobytes,
}) {
  const servers = {}
  for (const middleware of VARIANTS) {
    servers[middleware] = await startServer(
      { middleware, store: 'memory', kilobytes },
      { execArgv: ['--expose-gc'] },
    )
  }
  const cookies = await cookiesOf(servers, sessions)
  const samples = {}
  for (const path of paths) {
    const run = variant =>
      cpuPerRequest(servers[variant], path, { seconds, connections, cookies: cookies[variant] })
    for (const variant of VARIANTS) await run(variant)
    samples[path] = await interleave(rounds, VARIANTS, run)
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

/** The CPU microseconds of a request to this path. */
export async function cpuPerRequest(server, path, { seconds, connections, cookies }) {
  const known = path !== 'new' && path !== 'anonymous'
  // Each round begins without sessions, because new ones pile up.
  if (path === 'new') await server.clear()
  const before = await server.usage()
  await saturate(server.url(`/${path}`), { seconds, connections, cookies: known ? cookies : [undefined] })
  const after = await server.usage()
  return (after.cpu - before.cpu) / (after.requests - before.requests)
}

/** The overheads of both packages, and the ratio of ours to theirs in each round. */
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
