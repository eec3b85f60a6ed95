import { randomBytes } from 'node:crypto'
import type { SessionData, Store } from '@coatcheck/session'
import { callStore, type Diagnosing, type Finding, remaining } from '@coatcheck/session/stores'
import { countSessions, readSession } from './sessions.ts'
import { duration } from './text.ts'

const ROUNDS = 20
const LIFE = 60_000

/** Checks any store, and collects what the store reports about itself. */
export async function examine(store: Store, readOnly: boolean): Promise<Finding[]> {
  const findings: Finding[] = [versionsOf(store)]
  const steps = [() => timed(store), () => counted(store), () => diagnosed(store)]
  if (!readOnly) steps.splice(1, 0, () => probed(store))
  for (const step of steps) {
    try {
      findings.push(...(await step()))
    } catch (error) {
      findings.push({ name: 'store', level: 'problem', text: messageOf(error) })
    }
  }
  findings.push(...advice(store))
  return findings
}

function versionsOf(store: Store): Finding {
  return { name: 'versions', level: 'ok', text: `Node ${process.versions.node}, ${store.constructor.name}` }
}

async function timed(store: Store): Promise<Finding[]> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now()
    await readSession(store, 'coatcheck.doctor')
    times.push(performance.now() - begin)
  }
  times.sort((a, b) => a - b)
  const [median, slowest] = [times[ROUNDS / 2] as number, times[ROUNDS - 1] as number]
  const text = `median ${median.toFixed(2)} ms, maximum ${slowest.toFixed(2)} ms of ${ROUNDS} reads`
  const level = median > 50 ? 'warning' : 'ok'
  return [
    {
      name: 'round trip',
      level,
      text: level === 'ok' ? text : `${text}: every request waits this long; is the store far away?`,
    },
  ]
}

/** Writes, reads, touches and removes a test session under an id that no user can have. */
async function probed(store: Store): Promise<Finding[]> {
  const sid = `coatcheck.doctor.${randomBytes(12).toString('hex')}`
  const name = 'write and read'
  const cookie = (ttl: number) => ({
    originalMaxAge: LIFE,
    expires: new Date(Date.now() + ttl),
    maxAge: ttl,
    path: '/',
  })
  try {
    await callStore(store, 'set', sid, { cookie: cookie(LIFE), probe: 'ä\u0000"\u{1F9E5}' })
    const session = (await readSession(store, sid)) as (SessionData & { probe?: unknown }) | undefined
    if (!session) return [{ name, level: 'problem', text: 'a session that was written cannot be read' }]
    if (session.probe !== 'ä\u0000"\u{1F9E5}')
      return [{ name, level: 'problem', text: 'the store changes text' }]
    const findings: Finding[] = [{ name, level: 'ok', text: 'correct' }, lifetimeOf(session)]
    if (typeof store.touch === 'function') {
      await callStore(store, 'touch', sid, { ...session, cookie: cookie(2 * LIFE) })
      const touched = await readSession(store, sid)
      if (!touched)
        findings.push({ name: 'touch', level: 'problem', text: 'a session that was touched cannot be read' })
    }
    await callStore(store, 'destroy', sid)
    if (await readSession(store, sid))
      findings.push({ name, level: 'problem', text: 'a session that was removed can still be read' })
    return findings
  } finally {
    await callStore(store, 'destroy', sid).catch(() => {})
  }
}

/** If the lifetime counts by the clock of the database, a wrong clock shows here. */
function lifetimeOf(session: SessionData): Finding {
  const left = remaining(session)
  const name = 'lifetime'
  if (left === undefined)
    return { name, level: 'warning', text: 'the store does not report the remaining lifetime' }
  const off = Math.abs(left - LIFE)
  if (off < 5000) return { name, level: 'ok', text: `${Math.round(left)} ms left of ${LIFE}` }
  const text = `${Math.round(left)} ms left of ${LIFE}: the clocks of this machine and of the database differ`
  return { name, level: 'problem', text }
}

async function counted(store: Store): Promise<Finding[]> {
  if (typeof store.length !== 'function') return []
  return [{ name: 'sessions', level: 'ok', text: String(await countSessions(store)) }]
}

async function diagnosed(store: Store): Promise<Finding[]> {
  const { diagnose } = store as Partial<Diagnosing>
  return typeof diagnose === 'function' ? diagnose.call(store) : []
}

function advice(store: Store): Finding[] {
  const { ttl } = store as { ttl?: number }
  const lasting =
    ttl === undefined
      ? ''
      : ` A session whose cookie has no maxAge lives for ${duration(ttl)}, the ttl of the store.`
  const touch =
    typeof store.touch === 'function'
      ? ' touchAfter: 60_000 saves a write in most requests that only read.'
      : ' The store has no touch(): active users are logged out unless resave or rolling is true.'
  return [
    {
      name: 'middleware',
      level: typeof store.touch === 'function' ? 'ok' : 'warning',
      text: `session.strict({ secret, store, cookie: { maxAge } }) has resave: false, saveUninitialized: false and storeTimeout: 10_000.${touch}${lasting}`,
    },
  ]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
