import { type Channel, channel } from 'node:diagnostics_channel'
import type { SessionEvents, SessionOwnerLimit, SessionRejected, SessionRevivalRefused } from './messages.ts'
import { referenceOf } from './reference.ts'

// Channels are kept for the life of the process: a lookup by name costs more than the check for subscribers.
export const created: Channel = channel('coatcheck:created')
export const renewed: Channel = channel('coatcheck:renewed')
export const destroyed: Channel = channel('coatcheck:destroyed')
export const revivalRefused: Channel = channel('coatcheck:revival-refused')
const expired: Channel = channel('coatcheck:expired')
const rejected: Channel = channel('coatcheck:rejected')
const conflict: Channel = channel('coatcheck:conflict')
const overLimit: Channel = channel('coatcheck:owner-limit')
const corrupt: Channel = channel('coatcheck:corrupt')

// The functions take ids and numbers. Without a subscriber no message is made and nothing is hashed.

export function publishCreated(sid: string): void {
  if (created.hasSubscribers) send<'coatcheck:created'>(created, { session: referenceOf(sid) })
}

/** The session of `previous` has the id `sid` from now on. */
export function publishRenewed(sid: string, previous: string): void {
  if (!renewed.hasSubscribers) return
  send<'coatcheck:renewed'>(renewed, { session: referenceOf(sid), previous: referenceOf(previous) })
}

export function publishDestroyed(sid: string, reason: 'destroyed' | 'replaced'): void {
  if (destroyed.hasSubscribers) send<'coatcheck:destroyed'>(destroyed, { session: referenceOf(sid), reason })
}

/** Expired sessions were removed: `count`, or the one of `sid`. */
export function publishExpired(count: number, sid?: string): void {
  if (count === 0 || !expired.hasSubscribers) return
  send<'coatcheck:expired'>(expired, { count, session: optional(sid) })
}

export function publishRejected(reason: SessionRejected['reason'], sid?: string): void {
  if (rejected.hasSubscribers) send<'coatcheck:rejected'>(rejected, { reason, session: optional(sid) })
}

export function publishConflict(sid: string, retries: number, keys: number, saved: boolean): void {
  if (!conflict.hasSubscribers) return
  send<'coatcheck:conflict'>(conflict, { session: referenceOf(sid), retries, keys, saved })
}

export function publishRevivalRefused(sid: string, operation: SessionRevivalRefused['operation']): void {
  if (!revivalRefused.hasSubscribers) return
  send<'coatcheck:revival-refused'>(revivalRefused, { session: referenceOf(sid), operation })
}

export function publishOwnerLimit(sid: string, outcome: SessionOwnerLimit['outcome'], count: number): void {
  if (!overLimit.hasSubscribers) return
  send<'coatcheck:owner-limit'>(overLimit, { session: referenceOf(sid), outcome, count })
}

export function publishCorrupt(sid: string): void {
  if (corrupt.hasSubscribers) send<'coatcheck:corrupt'>(corrupt, { session: referenceOf(sid) })
}

function send<N extends keyof SessionEvents>(to: Channel, message: SessionEvents[N]): void {
  to.publish(message)
}

function optional(sid: string | undefined): string | undefined {
  return sid === undefined ? undefined : referenceOf(sid)
}
