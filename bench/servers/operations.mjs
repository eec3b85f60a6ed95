// Runs store operations in a child process, many at a time: with the bare driver, with Coatcheck's store or with the peer's.
import coatcheck from '@coatcheck/session'
import expressSession from 'express-session'
import { answerParent, timed, toEach } from './answers.mjs'
import { makeData } from './app.mjs'
import { recording } from './recorder.mjs'
import { openStore } from './stores.mjs'

const IN_FLIGHT = 64
const SAMPLE = 'sampleofasessionid0123456789abcd'

const { who, kind, url } = JSON.parse(process.argv[2])
const log = []
const watch = who === 'driver' ? client => recording(client, log) : undefined
const { store, close } =
  who === 'express-session'
    ? await openStore(kind, who, expressSession, url)
    : await openStore(kind, 'coatcheck', coatcheck, url, watch)

const { Cookie } = who === 'express-session' ? expressSession : coatcheck
const sample = { cookie: new Cookie({ maxAge: 86_400_000 }), ...makeData() }
const sids = Array.from({ length: 4000 }, (_, i) => `${who}-${i}`.padEnd(32, '-'))
const calls = Object.fromEntries(['get', 'set', 'touch', 'destroy'].map(name => [name, promised(name)]))
const byStore = {
  get: sid => calls.get(sid),
  parsed: sid => calls.get(sid),
  set: sid => calls.set(sid, sample),
  touch: sid => calls.touch(sid, sample),
  destroy: sid => calls.destroy(sid),
}
const operations = who === 'driver' ? await byDriver() : byStore

/** Not `promisify`: Node 24 warns at each call of a method that takes a callback and returns a promise too, as those of some peers do. */
function promised(name) {
  return (...args) =>
    new Promise((resolve, reject) => {
      store[name](...args, (error, value) => (error ? reject(error) : resolve(value)))
    })
}

/** Records the driver calls of the store for each operation, and repeats them with the driver alone. */
async function byDriver() {
  await byStore.set(SAMPLE)
  const again = {}
  for (const name of ['get', 'set', 'touch', 'destroy']) {
    // The first call may send a script to the server.
    await byStore[name](SAMPLE)
    log.length = 0
    await byStore[name](SAMPLE)
    const [first, ...others] = log
    again[name] = others.length
      ? async sid => {
          for (const { again } of [first, ...others]) await again(SAMPLE, sid)
        }
      : sid => first.again(SAMPLE, sid)
  }
  // What a store of SQLite cannot leave out: it returns a session, and the driver a text.
  if (kind === 'sqlite') again.parsed = async sid => JSON.parse(again.get(sid).data)
  await again.set(sids[0])
  if ((await byStore.get(sids[0]))?.user.name !== sample.user.name) {
    throw new Error(`The driver alone did not do what the store does on ${kind}`)
  }
  return again
}

/** Performs an operation `count` times, with at most IN_FLIGHT at a time. */
async function perform(operation, count) {
  let next = 0
  const lane = async () => {
    while (next < count) await operation(sids[next++ % sids.length])
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

async function measure({ name, count }) {
  if (name === 'destroy') return measureDestroy(count)
  return timed(() => perform(operations[name], count), count)
}

/** A session can be destroyed once only, so the sessions are made again for each part. */
async function measureDestroy(count) {
  const parts = []
  for (let done = 0; done < count; done += sids.length) {
    await perform(operations.set, sids.length)
    parts.push(await timed(() => perform(operations.destroy, sids.length), sids.length))
  }
  await perform(operations.set, sids.length)
  const mean = field => parts.reduce((sum, part) => sum + part[field], 0) / parts.length
  return { wall: mean('wall'), cpu: mean('cpu') }
}

await perform(operations.set, sids.length)
answerParent({ ...toEach(Object.keys(operations), measure), stop: close })
process.send({})
