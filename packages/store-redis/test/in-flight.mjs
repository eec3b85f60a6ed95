// get, set and touch with 64 calls in flight, with ioredis' auto-pipelining and without.
// By hand, after a build: REDIS_URL=redis://localhost:6379 node test/in-flight.mjs
import { RedisStore } from '@coatcheck/store-redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

const url = process.env.REDIS_URL ?? 'redis://localhost:6379'
const prefix = 'coatcheck-in-flight:'
const IN_FLIGHT = 64
const CALLS = 40_000
const ROUNDS = 5

const nodeRedis = await createClient({ url }).connect()
const [off, on] = [false, true].map(enableAutoPipelining => new Redis(url, { enableAutoPipelining }))
const clients = {
  'ioredis, auto-pipelining off': off,
  'ioredis, auto-pipelining on': on,
  'node-redis': nodeRedis,
}
const results = {}
const cookie = { originalMaxAge: 86_400_000, expires: new Date(Date.now() + 86_400_000), path: '/' }
const session = { cookie, user: 'Ada Lovelace', cart: 'x'.repeat(180) }

// Each in turn, round after round, so that whatever else the machine does meets all of them.
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, client] of Object.entries(clients)) {
    const store = new RedisStore({ client, prefix })
    for (const method of ['set', 'get', 'touch']) {
      const perSecond = await measure(sid => store[method](sid, method === 'get' ? undefined : session))
      const key = `${name}: ${method}`
      results[key] = [...(results[key] ?? []), perSecond]
    }
  }
}
for (const [key, all] of Object.entries(results)) {
  const sorted = all.sort((a, b) => a - b)
  console.log(`${key.padEnd(36)} median ${sorted[ROUNDS >> 1]}/s, best ${sorted.at(-1)}/s`)
}
await new RedisStore({ client: on, prefix }).clear()
for (const client of [off, on]) client.disconnect()
nodeRedis.destroy()

async function measure(call) {
  let next = 0
  const lane = async () => {
    while (next < CALLS) await call(`sid-${next++ % 5000}`)
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  return Math.round(CALLS / ((performance.now() - began) / 1000))
}
