import { createHash } from 'node:crypto'
import type { SessionData, Store } from '@coatcheck/session'
import { callStore, entriesOf, isGrave, remaining } from '@coatcheck/session/stores'
import { UsageError } from './command.ts'

/** A session as it is listed. */
export interface Listed {
  id: string
  /** ISO 8601; `null` where the store does not tell. */
  expires: string | null
  /** Milliseconds. */
  ttl: number | null
  /** Size of its JSON. */
  bytes: number
  keys: string[]
}

/** Whoever has an id is that user: it is shown by the beginning of its hash, which finds it again but opens nothing. */
export function shownId(sid: string, reveal: boolean): string {
  return reveal ? sid : `sha256:${createHash('sha256').update(sid).digest('hex').slice(0, 16)}`
}

export function listed(sid: string, session: SessionData, reveal: boolean): Listed {
  const ttl = remaining(session)
  const keys = Object.keys(session).filter(key => key !== 'cookie')
  return {
    id: shownId(sid, reveal),
    expires: ttl === undefined ? null : new Date(Date.now() + ttl).toISOString(),
    ttl: ttl ?? null,
    bytes: Buffer.byteLength(JSON.stringify(session)),
    keys,
  }
}

/** The data without what is in it: the names of the first level, and the kinds and sizes of the values. */
export function outline(session: SessionData): Record<string, unknown> {
  const { cookie, ...data } = session
  const kinds = Object.entries(data).map(([key, value]) => [key, kindOf(value)])
  return { cookie, ...Object.fromEntries(kinds) }
}

/** The live sessions, without what a move keeps for itself. */
export async function* sessionsOf(
  store: Store,
): AsyncGenerator<[sid: string, session: SessionData], void, void> {
  for await (const entry of entriesOf(store)) {
    if (!isGrave(entry[0])) yield entry
  }
}

/** The ids that are meant: ids as they are, and hashes as `ls` shows them. */
export async function findIds(store: Store, wanted: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map(wanted.map(name => [name, name.startsWith('sha256:') ? [] : [name]]))
  const hashes = wanted.filter(name => name.startsWith('sha256:'))
  if (hashes.some(hash => !/^sha256:[0-9a-f]{8,64}$/.test(hash))) {
    throw new UsageError(
      'A hash of an id is sha256: and at least 8 hexadecimal digits, as coatcheck ls shows it',
    )
  }
  if (hashes.length === 0) return found
  for await (const [sid] of sessionsOf(store)) {
    const digest = `sha256:${createHash('sha256').update(sid).digest('hex')}`
    for (const hash of hashes) if (digest.startsWith(hash)) found.get(hash)?.push(sid)
  }
  return found
}

export async function readSession(store: Store, sid: string): Promise<SessionData | undefined> {
  return (await callStore<SessionData>(store, 'get', sid)) ?? undefined
}

function kindOf(value: unknown): string | null {
  if (value === null) return null
  if (typeof value === 'string') return `<text of ${value.length}>`
  if (Array.isArray(value)) return `<list of ${value.length}>`
  if (typeof value === 'object') return `<object of ${Object.keys(value).length}>`
  return `<${typeof value}>`
}
