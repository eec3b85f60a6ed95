// Sends requests through sessions with one option, in this process: no socket, no database.
import { channel, subscribe, tracingChannel } from 'node:diagnostics_channel'
import { createSessions } from '@coatcheck/session/fetch'
import { MemoryStore } from '@coatcheck/store-memory'
import { answerParent, toEach } from './answers.mjs'
import { makeData } from './app.mjs'

const POINTS = [
  'created',
  'renewed',
  'destroyed',
  'expired',
  'rejected',
  'conflict',
  'revival-refused',
  'owner-limit',
  'corrupt',
]
const OPERATIONS = ['load', 'save', 'touch', 'destroy', 'regenerate', 'update']
const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error']
const KEY = 'mH0Zr3oZ0Wl5y7xq7mXw9nq1cQ2m3p4s5t6u7v8w9xA='
const SESSIONS = 1000
const SECRET = 'a secret of thirty-two characters'

/** What each variant adds: options of the store, options of the sessions, or something to set up. */
const VARIANTS = {
  none: {},
  'hashIds: true': { store: { hashIds: true } },
  encryption: { store: { encryption: { keys: [KEY] } } },
  owner: { store: { owner: 'userId' } },
  absoluteTimeout: { sessions: { absoluteTimeout: 8 * 3_600_000 } },
  'channels, all subscribed': { setUp: subscribeToAll },
}

const { variant } = JSON.parse(process.argv[2])
const { store: storeOptions = {}, sessions: options = {}, setUp } = VARIANTS[variant]
setUp?.()
const store = new MemoryStore({ max: 50_000, ...storeOptions })
const sessions = createSessions({ secret: SECRET, store, cookie: { maxAge: 3_600_000 }, ...options })
const data = { ...makeData(), userId: 'b0a6f2c4' }
let views = 0

const WORK = {
  read: async session => session.user.name,
  write: async session => {
    session.views = ++views
  },
  login: session => session.regenerate({ data: { ...data, userId: `user ${++views}` } }),
}

function subscribeToAll() {
  for (const name of POINTS) subscribe(`coatcheck:${name}`, () => {})
  const handlers = Object.fromEntries(EVENTS.map(event => [event, () => {}]))
  for (const operation of OPERATIONS) tracingChannel(`coatcheck:${operation}`).subscribe(handlers)
}

async function visit(cookie, method, work) {
  const opened = await sessions.open(new Request('http://localhost/', { method, headers: { cookie } }))
  await work(opened.session)
  return opened.commit(new Response())
}

async function newCookie() {
  const response = await visit('', 'POST', async session => Object.assign(session, data))
  return response.headers.getSetCookie()[0].split(';')[0]
}

const cookies = []
while (cookies.length < SESSIONS) cookies.push(await newCookie())

/** CPU microseconds per request. */
async function measure({ name, count }) {
  const method = name === 'read' ? 'GET' : 'POST'
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) {
    // A login ends the session of its cookie, so it comes without one.
    await visit(name === 'login' ? '' : cookies[i % SESSIONS], method, WORK[name])
  }
  const { user, system } = process.cpuUsage(before)
  // Each round of logins begins with an empty store.
  if (name === 'login') await store.clear()
  return (user + system) / count
}

/** CPU microseconds of the checks that a request with a load and a save makes when nobody subscribes. */
function measureChecks({ count }) {
  const channels = Array.from({ length: 15 }, (_, i) => channel(`bench:${i}`))
  let found = 0
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) for (const one of channels) if (one.hasSubscribers) found++
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count + found
}

answerParent({ ...toEach(Object.keys(WORK), measure), checks: measureChecks })
process.send({})
