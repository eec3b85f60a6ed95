import { createHash } from 'node:crypto'
import type { SqliteStore } from '@coatcheck/store-sqlite'
import { type Coat, coatFrom } from './coats.ts'
import type { Visitor, VisitorSession } from './sessions.ts'

/** One session of a user. Its id stays on the server. */
export interface Device {
  number: string
  coat: Coat
  browser: string
  /** Epoch milliseconds. */
  since: number
  lastSeen: number
  own: boolean
}

/** All sessions of a user, the oldest first. It reads the whole store: fine for a demo, an index for an app with many users. */
export async function devicesOf(store: SqliteStore, user: string, ownId: string): Promise<Device[]> {
  const devices: Device[] = []
  for await (const [sid, visitor, lastSeen] of sessionsOf(store, user)) {
    devices.push({
      number: ticketNumber(sid),
      coat: coatFrom(visitor.coat),
      browser: visitor.browser ?? 'Unknown browser',
      since: visitor.since ?? lastSeen,
      lastSeen,
      own: sid === ownId,
    })
  }
  return devices.sort((a, b) => a.since - b.since)
}

/** End every session of a user but one. Returns how many there were. */
export async function logOutOthers(store: SqliteStore, user: string, ownId: string): Promise<number> {
  let count = 0
  for await (const [sid] of sessionsOf(store, user)) {
    if (sid !== ownId && (await store.destroy(sid))) count++
  }
  return count
}

async function* sessionsOf(store: SqliteStore, user: string) {
  for await (const [sid, session] of store.entries()) {
    const visitor = session as Partial<Visitor> & typeof session
    const { expires, originalMaxAge } = visitor.cookie
    // Each request restarts the full lifetime.
    const lastSeen = new Date(expires as Date | string).valueOf() - (originalMaxAge ?? 0)
    if (visitor.user === user) yield [sid, visitor, lastSeen] as const
  }
}

/** The number of a visitor's ticket; `undefined` before there is one. */
export function numberOf(session: Pick<VisitorSession, 'id' | 'since'>): string | undefined {
  return session.since === undefined ? undefined : ticketNumber(session.id)
}

/** Four digits derived from a session id, which do not reveal it. */
export function ticketNumber(sid: string): string {
  const digest = createHash('sha256').update(sid).digest()
  return String(digest.readUInt32BE() % 10_000).padStart(4, '0')
}

/** "Firefox 128 on Linux". */
export function browserName(agent = ''): string {
  const [, name, version] = /(Edg|OPR|Firefox|Chrome)\w*\/(\d+)/.exec(newestFirst(agent)) ?? []
  const browser = name
    ? `${NAMES[name] ?? name} ${version}`
    : agent.includes('Safari')
      ? 'Safari'
      : 'A browser'
  const system = ['Windows', 'iPhone', 'iPad', 'Android', 'Mac', 'Linux'].find(word => agent.includes(word))
  return system ? `${browser} on ${system}` : browser
}

const NAMES: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' }

/** Edge and Opera call themselves Chrome first, and by their own name at the end. */
function newestFirst(agent: string): string {
  return agent.split(' ').reverse().join(' ')
}
