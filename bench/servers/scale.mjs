// Reads and updates random sessions of a store that has many, for a child process.
import { Cookie } from '@coatcheck/session'
import { answerParent, timed, toEach } from './answers.mjs'
import { makeData } from './app.mjs'
import { OPENERS } from './scale/stores.mjs'

const IN_FLIGHT = 32

const { kind, url, size } = JSON.parse(process.argv[2])
const { store, row, fill, remove } = await OPENERS[kind](url, size)
const data = makeData()
let views = 0

await store.set('original', { cookie: new Cookie({ maxAge: 86_400_000 }), ...data })
const full = await fill(size)

const OPERATIONS = {
  async row(sid) {
    if (!(await row(sid))) throw new Error(`${kind}: ${sid} is missing`)
  },
  async get(sid) {
    const session = await store.get(sid)
    if (session?.user.name !== data.user.name) throw new Error(`${kind}: ${sid} is missing`)
  },
  update: sid =>
    store.update(sid, session => {
      session.views = ++views
    }),
}

function measure({ name, count }) {
  let left = count
  const lane = async () => {
    while (left-- > 0) await OPERATIONS[name](`s${Math.floor(Math.random() * size)}`)
  }
  return timed(() => Promise.all(Array.from({ length: IN_FLIGHT }, lane)), count)
}

answerParent({ ...toEach(Object.keys(OPERATIONS), measure), stop: remove })
process.send({ full })
