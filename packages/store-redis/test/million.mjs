// One million sessions of about 300 bytes: how long length, entries and clear take, what memory they need, and for how long they
// keep the process from anything else. By hand, after a build: REDIS_URL=redis://localhost:6379 node test/million.mjs
import { closeSync, openSync, readSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { RedisStore } from '@coatcheck/store-redis'
import { Redis } from 'ioredis'

const url = process.env.REDIS_URL ?? 'redis://localhost:6379'
const count = Number(process.env.COUNT ?? 1_000_000)
const prefix = 'coatcheck-million:'
const store = RedisStore.open(url, { prefix, timeout: 60_000 })

await fill()
// What the machine does to a process that does nothing.
await measure('idle', () => new Promise(resolve => setTimeout(resolve, 10_000)))
await measure('length', async () => check(await store.length()))
await measure('entries', async () => {
  let seen = 0
  for await (const _ of store.entries()) seen++
  check(seen)
})
await measure('clear', () => store.clear())
check(await store.length(), 0)
await store.close()

async function fill() {
  const client = new Redis(url)
  const expires = new Date(Date.now() + 86_400_000).toISOString()
  const cookie = { originalMaxAge: 86_400_000, expires, httpOnly: true, path: '/', sameSite: 'lax' }
  const text = JSON.stringify({ cookie, user: 'Ada Lovelace', cart: 'x'.repeat(140) })
  console.log(`${count} sessions of ${text.length} bytes, Node ${process.version}`)
  for (let i = 0; i < count; i += 10_000) {
    const pipeline = client.pipeline()
    for (let n = i; n < Math.min(i + 10_000, count); n++)
      pipeline.set(prefix + sidOf(n), text, 'PX', 86_400_000)
    await pipeline.exec()
  }
  console.log(`Redis ${/redis_version:(\S+)/.exec(await client.info())?.[1]}`)
  await client.quit()
  await store.get('warm')
}

function sidOf(n) {
  return String(n).padStart(32, '0')
}

function check(got, expected = count) {
  if (got !== expected) throw new Error(`${got} sessions instead of ${expected}`)
}

async function measure(name, work) {
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  let peak = before
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 10)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const turns = watchTurns()
  const began = performance.now()
  await work()
  const seconds = (performance.now() - began) / 1000
  delay.disable()
  clearInterval(sampling)
  const mb = (peak - before) / 2 ** 20
  const longest = `longest block ${(delay.max / 1e6).toFixed(1)} ms${turns()}`
  console.log(`${name}: ${seconds.toFixed(1)} s, ${mb.toFixed(0)} MB more at most, ${longest}`)
}

/** With TURNS=1, on Linux: the longest turn in time of its own, without what others took of the machine. Slows all else down. */
function watchTurns() {
  if (!process.env.TURNS) return () => ''
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`)
  const text = Buffer.alloc(64)
  const now = () => Number(text.toString('latin1', 0, readSync(file, text, 0, 64, 0)).split(' ')[0]) / 1e6
  let [last, longest, on] = [now(), 0, true]
  const turn = () => {
    const then = last
    last = now()
    longest = Math.max(longest, last - then)
    if (on) setImmediate(turn)
    else closeSync(file)
  }
  setImmediate(turn)
  return () => {
    on = false
    return `, of its own ${longest.toFixed(1)} ms`
  }
}
