import type { RecordStore } from '@coatcheck/session'

/** A session, as hono-sessions stores it. */
export interface HonoSessionsData {
  _id?: string
  _data: Record<string, { value: unknown; flash: boolean }>
  /** When the session ends, as an ISO date; `null` for the store's own lifetime. */
  _expire: string | null
  _delete: boolean
  _accessed: string | null
}

/** The methods that hono-sessions calls on its `store`. */
export interface HonoSessionsStore {
  getSessionById(sid?: string): Promise<HonoSessionsData | undefined>
  createSession(sid: string, data: HonoSessionsData): Promise<void>
  persistSessionData(sid: string, data: HonoSessionsData): Promise<void>
  deleteSession(sid: string): Promise<void>
}

/**
 * A store of this family as the `store` of hono-sessions. A deleted session stays deleted, even if another request had read it before: the
 * changes of that request are dropped.
 */
export function honoStore(store: RecordStore): HonoSessionsStore {
  return {
    async getSessionById(sid) {
      const stored = sid === undefined ? undefined : await store.get(sid)
      if (!stored) return undefined
      const { cookie: _, ...data } = stored as unknown as HonoSessionsData & { cookie: unknown }
      return data
    },
    createSession: (sid, data) => store.set(sid, withLifetime(data)),
    async persistSessionData(sid, data) {
      await store.update(sid, () => withLifetime(data)).catch(unlessGone)
    },
    async deleteSession(sid) {
      await store.destroy(sid)
    },
  }
}

/** The stores of this family read a session's lifetime from its cookie. */
function withLifetime(data: HonoSessionsData): object {
  const expires = data._expire === null ? null : new Date(data._expire)
  return { ...data, cookie: { originalMaxAge: expires && expires.valueOf() - Date.now(), expires } }
}

function unlessGone(error: { code?: unknown }): void {
  if (error.code !== 'ERR_SESSION_GONE') throw error
}
