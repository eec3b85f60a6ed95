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

/** All sessions of a user: the own one first, then the newest. */
export async function devicesOf(store: SqliteStore, user: string, ownId: string): Promise<Device[]> {
  const devices: Device[] = []
  for await (const { sid, session, createdAt, touchedAt } of store.sessionsOf(user)) {
    const visitor = session as unknown as Partial<Visitor>
    devices.push({
      number: ticketNumber(sid),
      coat: coatFrom(visitor.coat),
      browser: visitor.browser ?? 'Unknown browser',
      since: (createdAt ?? touchedAt).valueOf(),
      lastSeen: touchedAt.valueOf(),
      own: sid === ownId,
    })
  }
  return devices.sort((a, b) => Number(b.own) - Number(a.own))
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
