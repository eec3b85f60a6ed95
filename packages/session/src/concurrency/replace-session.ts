import { type Callback, promised } from '../calls/call-method.ts'
import { isCombined } from '../calls/combined-operation.ts'
import { nextTick } from '../calls/timers.ts'
import { gone } from '../errors.ts'
import { loadedOf } from '../session/loaded.ts'
import { keepMetadata, passOnMetadata } from '../session/metadata.ts'
import { withContent } from '../session/serialized.ts'
import type { RegenerateOptions, Session } from '../session/session.ts'
import { carryOver, clearData, keepsAny } from '../session/session-data.ts'
import type { Tombstones } from './tombstones.ts'
import type { Writer } from './writer.ts'

/**
 * Whether `replaceSession` can do what `regenerate` is asked to do. What is kept of a stored session must not outlive it, so there the
 * one step is needed. A login does without when this process knows redirects: then a successor may have to end as well.
 */
export function canReplace(
  store: object,
  tombstones: Tombstones,
  session: Session,
  { data, grace, keep }: RegenerateOptions,
): boolean {
  if (grace || !(data || keepsAny(session, keep)) || !isCombined(store, 'exchange')) return false
  return keep && loadedOf(session) ? true : Boolean(data) && !tombstones.rotating
}

/**
 * Give the request a session with another id, with `data` and the kept data of the old one. The store destroys the old session and
 * stores the new one in one atomic step: if somebody ends the old one meanwhile, nothing of it lives on. Calls back with whether the old
 * one was there. If it fails, nothing has changed in the store. The request keeps the session that it had if there was `data`, and otherwise has
 * an empty one.
 */
export function replaceSession(
  writer: Writer,
  old: Session,
  options: RegenerateOptions,
  done: Callback<boolean>,
): void {
  const leave = writer.host.calls.enter()
  replaced(writer, old, options).then(
    there => nextTick(leave, () => done(null, there)),
    error => nextTick(leave, () => done(error)),
  )
}

async function replaced(
  writer: Writer,
  old: Session,
  { keep, data }: RegenerateOptions,
): Promise<boolean | undefined> {
  const { holder } = writer.host
  // A session that was never stored cannot have been destroyed.
  const required = Boolean(keep) && loadedOf(old) !== undefined
  let there: boolean | undefined
  try {
    await holder.sessionStore.generate(holder)
    carryOver(old, holder.session, keep)
    if (data) carryOver(data, holder.session, true)
    else passOnMetadata(old, holder.session)
    const from = required ? await idNow(writer, old.id) : old.id
    there = from === undefined ? false : await store(writer, from, required)
  } catch (error) {
    if (data || holder.session === old) Object.assign(holder, { sessionID: old.id, session: old })
    else await beginInVain(writer)
    throw error
  }
  if (there || !required) return there
  clearData(holder.session)
  throw gone()
}

/** A new, empty session: an application that goes on without looking at the error must not log in under the old id. */
async function beginInVain(writer: Writer): Promise<void> {
  const { holder } = writer.host
  await holder.sessionStore.generate(holder)
  writer.beginInVain(holder.session)
}

/** The id under which the session is stored; `undefined` if it has ended. Its id may have been replaced, by a redirect. */
function idNow(writer: Writer, sid: string): Promise<string | undefined> | string {
  if (!writer.host.settings.tombstones.rotating) return sid
  return new Promise((resolve, reject) => {
    writer.read(sid, (error, data, found) => (error ? reject(error) : resolve(data && found)))
  })
}

/** Let the store replace the session. Returns whether the old one was there. */
async function store(writer: Writer, old: string, required: boolean): Promise<boolean | undefined> {
  const { session } = writer.host.holder
  const { tombstones, comparable } = writer.host.settings
  keepMetadata(session)
  const snapshot = writer.host.snapshot(session)
  const there = await promised<boolean>(done => {
    const args = [old, session.id, session, { required }]
    const exchange = () => writer.call('exchange', args, done)
    if (comparable === JSON) withContent(session, snapshot.data, exchange)
    else exchange()
  })
  tombstones.add(old)
  if (there || !required) writer.stored(session, snapshot, tombstones.now)
  return there
}
