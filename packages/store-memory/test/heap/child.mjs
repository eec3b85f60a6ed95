// One store, filled, used, and emptied again. See main.mjs.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const [, , name, number] = process.argv
const SESSIONS = Number(number)
/** Sessions that are used all the time. */
const KNOWN = 1000
/** Calls of a store in one turn of the event loop. */
const BURST = 20
const SCHEDSTAT = '/proc/self/schedstat'

const store = await open(name)
const call = method => promisify(store[method].bind(store))
const [get, set, touch] = ['get', 'set', 'touch'].map(call)
const result = {}

async function open(name) {
  if (name === '@coatcheck/store-memory') {
    const { MemoryStore } = await import(name)
    return new MemoryStore({ max: SESSIONS + KNOWN, maxBytes: Infinity, pruneInterval: false })
  }
  const { default: session } = await import('express-session')
  if (name === 'express-session') return new session.MemoryStore()
  const { default: memorystore } = await import('memorystore')
  return new (memorystore(session))({ max: SESSIONS + KNOWN })
}

/** Session data of about 700 bytes as JSON. */
function sessionOf(n, end) {
  const expires = new Date(end)
  const { originalMaxAge, ...flags } = {
    originalMaxAge: end - Date.now(),
    httpOnly: true,
    path: '/',
    sameSite: 'lax',
  }
  // Stores look at either.
  const cookie = Object.defineProperty({ originalMaxAge, expires, ...flags }, 'maxAge', {
    value: originalMaxAge,
  })
  const cart = Array.from({ length: 6 }, (_, i) => ({
    article: `article ${n + i}`,
    note: 'a gift, please wrap it',
    count: i,
  }))
  const user = { id: n, name: `Visitor ${n}`, mail: `visitor-${n}@example.com`, roles: ['reader', 'writer'] }
  return { cookie, user, csrf: randomBytes(24).toString('base64url'), cart }
}

/**
 * The longest pause of the event loop while `work` is done: by the clock, and, where Linux tells, in processor time of this thread.
 * A machine that has other things to do makes the first longer, not the second.
 */
async function pauseOf(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let busiest = 0
  let last = Number.NaN
  const look = () => {
    const now = busy()
    if (now - last > busiest) busiest = now - last
    last = now
    probe = setImmediate(look)
  }
  let probe = setImmediate(look)
  delay.enable()
  // It measures from its first look.
  await sleep(20)
  busiest = 0
  const value = await work()
  await sleep(20)
  delay.disable()
  clearImmediate(probe)
  return [`${Math.round(delay.max / 1e6)} / ${Math.round(busiest)}`, value]
}

/** Milliseconds for which this thread has had a processor. */
function busy() {
  return existsSync(SCHEDSTAT) ? Number(readFileSync(SCHEDSTAT, 'utf8').split(' ', 1)[0]) / 1e6 : Number.NaN
}

/** Requests, until `work` is done: each reads, touches or writes one of the known sessions. */
async function whileServing(work) {
  let done = false
  const worked = Promise.resolve(work()).finally(() => {
    done = true
  })
  for (let n = 0; !done; n++) {
    const sid = `known ${n % KNOWN}`
    const session = await get(sid)
    if (!session) throw new Error(`${sid} is gone`)
    await (n % 10 ? touch(sid, session) : set(sid, sessionOf(n, Date.now() + 3_600_000)))
    await nextTurn()
  }
  return worked
}

for (let n = 0; n < KNOWN; n++) await set(`known ${n}`, sessionOf(n, Date.now() + 3_600_000))
gc()
gc()
const before = process.memoryUsage()
const end = Date.now() + 30_000 + SESSIONS / 6
let payload = 0
async function fill() {
  for (let n = 0; n < SESSIONS; ) {
    const burst = []
    for (let i = 0; i < BURST && n < SESSIONS; i++, n++) {
      const session = sessionOf(n, end)
      payload += Buffer.byteLength(JSON.stringify(session))
      burst.push(set(randomBytes(24).toString('base64url'), session))
    }
    await Promise.all(burst)
    await nextTurn()
  }
}

;[result.fill] = await pauseOf(fill)
gc()
gc()
const after = process.memoryUsage()
result.payload = Math.round(payload / SESSIONS)
for (const kind of ['heapUsed', 'rss']) {
  result[kind] = Math.round((after[kind] - before[kind]) / SESSIONS)
  result[`${kind} ratio`] = Number(((after[kind] - before[kind]) / payload).toFixed(2))
}
if (store.usage) result.estimated = Math.round(store.usage().bytes / store.usage().sessions)
;[result.serve] = await pauseOf(() => whileServing(() => sleep(3000)))
// Once more as many, for which as many have to go.
if (name !== 'express-session') [result.full] = await pauseOf(() => whileServing(fill))
;[result.length] = await pauseOf(() => whileServing(call('length')))
if (store.entries) {
  ;[result.entries] = await pauseOf(() =>
    whileServing(async () => {
      for await (const _ of store.entries());
    }),
  )
}
if (Date.now() > end) throw new Error('The first sessions have expired too early: the machine is too busy')
await sleep(Math.max(0, end - Date.now() + 100))
gc()
// express-session's has no other way to remove what has expired.
;[result.prune] = await pauseOf(() => whileServing(() => (store.prune ? store.prune() : call('length')())))
const left = await call('length')()
if (Math.abs(left - KNOWN) > 10) throw new Error(`${left} sessions are left`)
;[result.clear] = await pauseOf(call('clear'))
process.send(result)
