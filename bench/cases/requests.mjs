import { databaseFor, NotHere } from '../lib/databases.mjs'
import { connectRedis } from '../lib/drivers.mjs'
import { saturate } from '../lib/load.mjs'
import { interleave } from '../lib/rounds.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'
import { betterSqlite3Version } from '../lib/sqlite.mjs'
import { median, ratios, summary } from '../lib/stats.mjs'
import { perSecond, ratio, us } from '../lib/units.mjs'

const AIM = 2
const PATHS = ['read', 'write']
const VARIANTS = ['coatcheck', 'express-session']
const SESSIONS = 1000

const PEERS = {
  redis: connectRedis === 'connect-redis' ? 'connect-redis 9' : 'connect-redis 10',
  postgres: 'connect-pg-simple',
  mysql: 'express-mysql-session',
  sqlite: 'better-sqlite3-session-store',
  mongodb: 'connect-mongo',
}

/** Makes the case that measures whole requests per second with one kind of store. */
export function on(kind) {
  return { measure: options => measure(kind, options) }
}

async function measure(kind, { quick }) {
  const rounds = quick ? 3 : 7
  const seconds = quick ? 1 : 2
  const peer = PEERS[kind]
  // On another Node than that of `npm ci`, it is another version.
  const driver = kind === 'sqlite' ? ` (better-sqlite3 ${await betterSqlite3Version()})` : ''
  const common = {
    title: `Requests per second: ${kind}`,
    method:
      `Coatcheck with its ${kind} store beside express-session with ${peer}: with the same driver${driver} and settings. Sessions of about 700 bytes, ` +
      `${SESSIONS} of them in turn, 32 connections. ${rounds} interleaved rounds of ${seconds} s: medians, in brackets the quartiles.`,
    columns: ['request', 'Coatcheck', `express-session + ${peer}`, 'ratio', 'server CPU per request'],
  }
  const aimOf = path => `${kind}, "${path}": at least ${AIM.toFixed(1)} times express-session + ${peer}`
  let samples
  try {
    samples = await samplesOf(kind, { rounds, seconds })
  } catch (error) {
    if (!(error instanceof NotHere)) throw error
    return {
      ...common,
      rows: [],
      missing: error.message,
      aims: PATHS.map(path => ({ aim: aimOf(path), seen: 'not measured', met: null })),
    }
  }
  const figures = Object.fromEntries(PATHS.map(path => [path, compare(samples[path])]))
  return {
    ...common,
    rows: PATHS.map(path => {
      const { ours, theirs, times, cpu } = figures[path]
      return [path, perSecond(ours), perSecond(theirs), ratio(times), `${us(cpu.ours)} and ${us(cpu.theirs)}`]
    }),
    aims: PATHS.map(path => {
      const { times } = figures[path]
      return { aim: aimOf(path), seen: ratio(times), met: times.median >= AIM }
    }),
    charts: [
      {
        file: 'performance-2.svg',
        title: 'Requests per second with a database',
        unit: '/s',
        better: 'more',
        groups: PATHS.map(path => ({
          label: `${kind}, ${path}`,
          bars: { Coatcheck: figures[path].ours.median, 'express-session': figures[path].theirs.median },
        })),
      },
    ],
    figures,
  }
}

async function samplesOf(kind, { rounds, seconds }) {
  const url = await databaseFor(kind)
  const servers = {}
  const cookies = {}
  for (const middleware of VARIANTS) {
    servers[middleware] = await startServer({ middleware, store: kind, url })
    cookies[middleware] = await makeSessions(servers[middleware], SESSIONS)
  }
  const samples = {}
  for (const path of PATHS) {
    const run = async variant => {
      const server = servers[variant]
      const before = await server.usage()
      const perSecond = await saturate(server.url(`/${path}`), { seconds, cookies: cookies[variant] })
      const after = await server.usage()
      return { perSecond, cpu: (after.cpu - before.cpu) / (after.requests - before.requests) }
    }
    for (const variant of VARIANTS) await run(variant)
    samples[path] = await interleave(rounds, VARIANTS, run)
  }
  for (const server of Object.values(servers)) await server.stop()
  return samples
}

function compare({ coatcheck, 'express-session': peer }) {
  const ours = coatcheck.map(sample => sample.perSecond)
  const theirs = peer.map(sample => sample.perSecond)
  return {
    ours: summary(ours),
    theirs: summary(theirs),
    times: summary(ratios(ours, theirs)),
    cpu: {
      ours: median(coatcheck.map(sample => sample.cpu)),
      theirs: median(peer.map(sample => sample.cpu)),
    },
  }
}
