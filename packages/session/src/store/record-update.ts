import type { SessionData } from '../session/session.ts'

/**
 * Changes the session in place, or returns the data that replaces it. It may be called again, with newer data. If the returned data has
 * no `cookie`, the session keeps its own.
 */
export type SessionChange = (session: StoredSession) => void | object | Promise<void | object>

/** A session as plain data. */
export type StoredSession = SessionData & Record<string, unknown>
