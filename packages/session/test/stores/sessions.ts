import type { SessionData } from '@coatcheck/session'
import type { MapStore } from '../support/map-backend.ts'

/** Session data with a lifetime in milliseconds, or without an end. */
export function sessionOf(data: object = {}, maxAge?: number): never {
  const expires = maxAge === undefined ? null : new Date(Date.now() + maxAge).toISOString()
  return { cookie: { originalMaxAge: maxAge ?? null, expires, path: '/' }, ...data } as never
}

/** What a test has put into a session. */
export type Guest = SessionData & { user?: string; n: number }

/** What lies in the map, as it lies there. */
export function inside(store: MapStore, sid: string): Record<string, unknown> {
  return JSON.parse(store.rows.get(sid)!.data)
}
