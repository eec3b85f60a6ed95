import { databaseFor, NotHere } from '../lib/databases.mjs'
import { saturate } from '../lib/load.mjs'
import { paced } from '../lib/paced.mjs'
import { interleave } from '../lib/rounds.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'
import { median, summary } from '../lib/stats.mjs'
import { ms, whole } from '../lib/units.mjs'

const SHARE = 0.7
const VARIANTS = ['coatcheck', 'express-session']
const KINDS = ['memory', 'redis', 'postgres']

/** Measures latency while requests come at a fixed rate, below what the server could answer. */
export async function measure({ quick }) {
  const options = quick ? { rounds: 3, seconds: 2 } : { rounds: 5, seconds: 3 }
  const rows = []
  const aims = []
  const figures = {}
  for (const kind of KINDS) {
    try {
      const found = await latenciesOf(kind, options)
      figures[kind] = found
      for (const { name, rate, ours, theirs } of found) {
        rows.push([
          kind,
          name,
          rates(rate),
          `${ms(ours.p50)} and ${ms(theirs.p50)}`,
          ms(ours.p99),
          ms(theirs.p99),
        ])
        aims.push({
          aim: `${kind}, ${name}: p99 below the peer's`,
          seen: `${ms(ours.p99)} beside ${ms(theirs.p99)}`,
          met: ours.p99.median < theirs.p99.median,
        })
      }
    } catch (error) {
      if (!(error instanceof NotHere)) throw error
      rows.push([kind, error.message, '', '', '', ''])
      aims.push({ aim: `${kind}: p99 below the peer's`, seen: 'not measured', met: null })
    }
  }
  return {
    title: `Latency at ${SHARE * 100} % of saturation`,
    method:
      `Requests "read" come at a fixed rate on 32 connections. A latency begins when the request is due. ${options.rounds} interleaved rounds of ` +
      `${options.seconds} s: medians, in brackets the quartiles. First both at ${SHARE * 100} % of the saturation of express-session, then each at ${SHARE * 100} % of its own.`,
    columns: [
      'store',
      'rate',
      'requests/s',
      'p50: Coatcheck and express-session',
      'p99: Coatcheck',
      'p99: express-session',
    ],
    rows,
    aims,
    figures,
  }
}

function rates({ coatcheck, 'express-session': peer }) {
  return coatcheck === peer ? whole(peer) : `${whole(coatcheck)} and ${whole(peer)}`
}

async function latenciesOf(kind, { rounds, seconds }) {
  const url = await databaseFor(kind)
  const servers = {}
  const cookies = {}
  for (const middleware of VARIANTS) {
    servers[middleware] = await startServer({ middleware, store: kind, url })
    cookies[middleware] = await makeSessions(servers[middleware], 500)
  }
  const at = variant => [servers[variant].url('/read'), { cookies: cookies[variant] }]
  const limits = await interleave(4, VARIANTS, variant => {
    const [url, load] = at(variant)
    return saturate(url, { ...load, seconds: Math.min(seconds, 2) })
  })
  const own = Object.fromEntries(VARIANTS.map(name => [name, SHARE * median(limits[name].slice(1))]))
  const same = Object.fromEntries(VARIANTS.map(name => [name, own['express-session']]))

  const found = []
  for (const [name, rate] of [
    ['the same rate for both', same],
    ['each at its own rate', own],
  ]) {
    const samples = await interleave(rounds, VARIANTS, variant => {
      const [url, load] = at(variant)
      return paced(url, { ...load, seconds, rate: rate[variant] })
    })
    const of = variant => ({
      p50: summary(samples[variant].map(sample => sample.p50)),
      p99: summary(samples[variant].map(sample => sample.p99)),
    })
    found.push({ name, rate, ours: of('coatcheck'), theirs: of('express-session') })
  }
  for (const server of Object.values(servers)) await server.stop()
  return found
}
