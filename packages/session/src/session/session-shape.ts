import { LiveSession } from './live-session.ts'
import type { Session } from './session.ts'

/** Whether `req.session` is still something that can be saved. */
export function isSession(value: Partial<Session>): boolean {
  return typeof value.touch === 'function' && Boolean(value.cookie)
}

/**
 * Own and not enumerable, as in express-session: a method that an application or a tracer assigns here stays out of the data. For the
 * sessions of stores that have a class of their own.
 */
export function ownMethods(session: Session): void {
  if (session instanceof LiveSession) return
  for (const name of ['save', 'reload'] as const) {
    Object.defineProperty(session, name, { value: session[name], configurable: true, writable: true })
  }
}
