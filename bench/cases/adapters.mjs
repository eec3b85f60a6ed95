import { saturate } from '../lib/load.mjs'
import { interleave } from '../lib/rounds.mjs'
import { makeSessions, startServer } from '../lib/server-process.mjs'
import { ratios, summary } from '../lib/stats.mjs'
import { perSecond, ratio } from '../lib/units.mjs'

const AIM = 1
const PATHS = ['read', 'write']
const VARIANTS = ['bare', 'coatcheck', 'peer']
const SESSIONS = 1000

/** The frameworks, with our package and the one that is used there today. */
const FRAMEWORKS = {
  fastify: ['Fastify', '@coatcheck/fastify', '@fastify/session'],
  hono: ['Hono on Node', '@coatcheck/hono', 'hono-sessions'],
  koa: ['Koa', '@coatcheck/koa', 'koa-session'],
  fetch: ['`Request` and `Response` on Node', '@coatcheck/session/fetch', 'iron-session'],
}

/** Measures whole requests per second of each adapter beside what is used there today. */
export async function measure({ quick }) {
  const pace = quick ? { rounds: 3, seconds: 1 } : { rounds: 7, seconds: 2 }
  const rows = []
  const aims = []
  const figures = {}
  for (const [framework, [title, own, peer]] of Object.entries(FRAMEWORKS)) {
    figures[framework] = await compareOn(framework, pace)
    for (const path of PATHS) {
      const { bare, ours, theirs, times } = figures[framework][path]
      rows.push([
        title,
        path,
        perSecond(bare),
        `${perSecond(ours)} ${own}`,
        `${perSecond(theirs)} ${peer}`,
        ratio(times),
      ])
      aims.push({
        aim: `${own}, "${path}": at least ${AIM.toFixed(1)} times ${peer}`,
        seen: ratio(times),
        met: times.median >= AIM,
      })
    }
  }
  return {
    title: 'Requests per second: adapters',
    method:
      'Each adapter beside what is used in its framework today, both on @coatcheck/store-memory: @fastify/session takes our store, hono-sessions and koa-session take it ' +
      'through `honoStore` and `koaStore`. iron-session has no store: the whole session is in a sealed cookie, so it cannot be ended at the server. Our requests "read" also move ' +
      `the expiry in the store; those of @fastify/session (with \`rolling: false\`), koa-session and iron-session do not. Sessions of about 700 bytes, ${SESSIONS} of them in turn, 32 ` +
      `connections. ${pace.rounds} interleaved rounds of ${pace.seconds} s: medians, in brackets the quartiles.`,
    columns: ['framework', 'request', 'without sessions', 'Coatcheck', 'peer', 'ratio'],
    rows,
    aims,
    figures,
  }
}

async function compareOn(framework, { rounds, seconds }) {
  const servers = {}
  const cookies = {}
  for (const sessions of VARIANTS) {
    servers[sessions] = await startServer({ framework, sessions }, { script: 'adapters.mjs' })
    cookies[sessions] = await makeSessions(servers[sessions], SESSIONS)
  }
  const found = {}
  for (const path of PATHS) {
    const run = variant => saturate(servers[variant].url(`/${path}`), { seconds, cookies: cookies[variant] })
    for (const variant of VARIANTS) await run(variant)
    const { bare, coatcheck, peer } = await interleave(rounds, VARIANTS, run)
    found[path] = {
      bare: summary(bare),
      ours: summary(coatcheck),
      theirs: summary(peer),
      times: summary(ratios(coatcheck, peer)),
    }
  }
  for (const server of Object.values(servers)) await server.stop()
  return found
}
