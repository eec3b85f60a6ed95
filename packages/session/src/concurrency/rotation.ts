import { type Callback, promised } from '../calls/call-method.ts'
import { nextTick } from '../calls/timers.ts'
import { changed, hasCode } from '../errors.ts'
import { makeRedirect } from '../records/redirect-record.ts'
import { lifespanOf } from '../session/lifespan.ts'
import { loadedOf } from '../session/loaded.ts'
import { passOnMetadata } from '../session/metadata.ts'
import type { RegenerateOptions, Session } from '../session/session.ts'
import { carryOver, clearData } from '../session/session-data.ts'
import type { Writer } from './writer.ts'

/** How often a rotation is tried while other requests write the session. */
const ATTEMPTS = 50

/** What has become of the old id. */
type Outcome = 'replaced' | 'changed' | 'elsewhere' | 'gone'

/**
 * Give the session a new id, and let the old id redirect to it for `grace` milliseconds. First the new record is written. Then the
 * redirect replaces the old record, if that has not changed since it was read. So no request ever finds two records that it could
 * write to. Calls back with whether the session was there.
 */
export function rotate(
  writer: Writer,
  old: Session,
  keep: RegenerateOptions['keep'],
  grace: number,
  done: Callback<boolean>,
): void {
  const { tombstones } = writer.host.settings
  const stored = loadedOf(old)?.sid === old.id || tombstones.knows(old)
  // A session that was never stored needs no redirect: nobody else knows its id.
  if (!stored) return writer.regenerate(old, done)
  tombstones.rotating = true
  const leave = writer.host.calls.enter()
  rotation(writer, old, keep, grace).then(
    there => nextTick(leave, () => done(null, there)),
    error => nextTick(leave, () => done(error)),
  )
}

async function rotation(
  writer: Writer,
  old: Session,
  keep: RegenerateOptions['keep'],
  grace: number,
): Promise<boolean> {
  const { holder } = writer.host
  let next: Session | undefined
  try {
    await holder.sessionStore.generate(holder)
    next = holder.session
    const outcome = await replace(writer, old, next, keep, grace)
    if (outcome === 'replaced') return true
    await discard(writer, next)
    if (outcome === 'elsewhere') return await join(writer, old)
    await holder.sessionStore.generate(holder)
    return false
  } catch (error) {
    // The stored session is unchanged: the request keeps the session that it had.
    if (next) await discard(writer, next).catch(failure => writer.host.report(failure))
    Object.assign(holder, { sessionID: old.id, session: old })
    throw error
  }
}

async function replace(
  writer: Writer,
  old: Session,
  next: Session,
  keep: RegenerateOptions['keep'],
  grace: number,
): Promise<Outcome> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { base } = writer
    clearData(next)
    carryOver(old, next, keep)
    passOnMetadata(old, next)
    if (keep === true) next.cookie.maxAge = old.cookie.originalMaxAge
    await promised(done => writer.write(next, done))
    const outcome = await writeRedirect(writer, old, next.id, endOfGrace(old, grace))
    if (outcome === 'replaced') return outcome
    writer.base = base
    if (outcome !== 'changed') return outcome
    const now = await whereabouts(writer, old)
    if (now !== 'changed') return now
    await promised(done => writer.mergeStored(old, done))
  }
  throw changed()
}

/** The old id ends with the session at the latest. */
function endOfGrace(old: Session, grace: number): number {
  return Math.min(Date.now() + grace, lifespanOf(old)?.ends ?? Number.POSITIVE_INFINITY)
}

/** Replace the old record by a redirect, if it has not changed since it was read. */
async function writeRedirect(writer: Writer, old: Session, to: string, until: number): Promise<Outcome> {
  const { tombstones } = writer.host.settings
  const before = tombstones.becameOf(old)
  if (before) return before.redirect ? 'elsewhere' : 'gone'
  const redirect = makeRedirect(old, to, until, loadedOf(old))
  if (loadedOf(old)) {
    try {
      await promised(done => writer.call('set', [old.id, redirect], done))
    } catch (error) {
      if (hasCode(error, 'ERR_SESSION_GONE')) return 'gone'
      if (hasCode(error, 'ERR_SESSION_CHANGED')) return 'changed'
      throw error
    }
    return 'replaced'
  }
  const tombstone = tombstones.add(old.id, redirect)
  await promised(done => writer.call('set', [old.id, redirect], done))
  // Other requests may have read the old record until this answer, so the tombstone gets a later time.
  if (!tombstones.since(old.id, tombstone.at)) {
    tombstones.add(old.id, redirect)
    return 'replaced'
  }
  await promised(done => writer.call('destroy', [old.id], done))
  return 'gone'
}

/** Whether a changed record has become a redirect. */
async function whereabouts(writer: Writer, old: Session): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    writer.read(old.id, (error, data, sid) => {
      if (error) reject(error)
      else if (!data) resolve('gone')
      else resolve(sid === old.id ? 'changed' : 'elsewhere')
    })
  })
}

/** Another request has replaced the id first. This request takes over that session and merges its own changes into it. */
async function join(writer: Writer, old: Session): Promise<boolean> {
  const { holder } = writer.host
  Object.assign(holder, { sessionID: old.id, session: old })
  try {
    await promised(done => writer.mergeStored(old, done))
  } catch (error) {
    if (!hasCode(error, 'ERR_SESSION_GONE')) throw error
    await holder.sessionStore.generate(holder)
    return false
  }
  return true
}

async function discard(writer: Writer, session: Session): Promise<void> {
  await promised(done => writer.call('destroy', [session.id], done))
}
