import { Failure } from '../errors.ts'
import { show } from '../values/show.ts'
import type { Outcome } from './call.ts'
import type { Stored } from './stored.ts'

/** One session from `all()` or `entries()`. The sid is unknown if the store does not return it. */
export interface Entry {
  readonly sid: string | undefined
  readonly session: Stored
}

/** Whether a `get` found nothing: null, undefined, or an error with the code ENOENT. */
export function isMiss(outcome: Pick<Outcome, 'failed' | 'error' | 'value'>): boolean {
  if (outcome.failed) return (outcome.error as { code?: unknown } | null)?.code === 'ENOENT'
  return outcome.value === null || outcome.value === undefined
}

/** Normalizes the result of `all()`: an array of sessions, of `{ sid, session }` or of pairs, a record, or a Map. */
export function entriesOf(value: unknown, what: string): Entry[] {
  if (value instanceof Map) return [...value].map(([sid, session]) => ({ sid: String(sid), session }))
  if (Array.isArray(value)) return value.map(item => entryOf(item, what))
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([sid, session]) => ({ sid, session: session as Stored }))
  }
  throw new Failure(`${what} gave ${show(value)}, want an array or a record of sessions`)
}

function entryOf(item: unknown, what: string): Entry {
  if (Array.isArray(item) && item.length === 2 && typeof item[0] === 'string')
    return { sid: item[0], session: item[1] }
  if (typeof item !== 'object' || item === null)
    throw new Failure(`${what} has the entry ${show(item)}, want a session`)
  const { sid, session } = item as { sid?: unknown; session?: unknown }
  const pair = 'session' in item && (typeof session === 'object' || session === undefined)
  if (typeof sid === 'string' && pair && !('cookie' in item)) {
    return { sid, session: session as Stored }
  }
  return { sid: undefined, session: item as Stored }
}
