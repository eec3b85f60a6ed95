// Reads and updates random sessions of a store that has many, for a child process.
import { Cookie } from '@coatcheck/session'
import { makeData } from './app.mjs'
import { OPENERS } from './scale/stores.mjs'

const IN_FLIGHT = 32

const { kind, url, size } = JSON.parse(process.argv[2])
const { store, fill, remove } = await OPENERS[kind](url, size)
const data = makeData()
let views = 0

await store.set('original', { cookie: new Cookie({ maxAge: 86_400_000 }), ...data })
const full = await fill(size)

const OPERATIONS = {
  async get(sid) {
    const session = await store.get(sid)
    if (session?.user.name !== data.user.name) throw new Error(`${kind}: ${sid} is missing`)
  },
  update: sid =>
    store.update(sid, session => {
      session.views = ++views
    }),
}

/** Microseconds per operation: of the clock, and of this process. */
async function measure({ name, count }) {
  let left = count
  const lane = async () => {
    while (left-- > 0) await OPERATIONS[name](`s${Math.floor(Math.random() * size)}`)
  }
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  const wall = (performance.now() - begin) * 1000
  const { user, system } = process.cpuUsage(cpu)
  return { wall: wall / count, cpu: (user + system) / count }
}

// The parent process has ended.
process.on('disconnect', () => process.exit())
process.on('message', async question => {
  if (question !== 'stop') return process.send(await measure(question))
  await remove()
  process.exit()
})
process.send({ full })
