import type { Callback } from '../calls/call-method.ts'
import { hasCode } from '../errors.ts'
import {
  created,
  destroyed,
  publishCreated,
  publishDestroyed,
  publishRenewed,
  publishRevivalRefused,
  renewed,
  revivalRefused,
} from '../events/publish.ts'
import { DESTROY, REGENERATE, SAVE, TOUCH } from '../events/trace.ts'
import { loadedOf } from '../session/loaded.ts'
import type { RegenerateOptions, Session } from '../session/session.ts'
import { replaceSession } from './replace-session.ts'
import { rotate } from './rotation.ts'
import { Writer } from './writer.ts'

/** A writer that publishes what it does. Without subscribers it only checks that there are none. */
export class ObservedWriter extends Writer {
  /** Save the session. */
  save(session: Session, done: Callback): void {
    if (!SAVE.traced && !created.hasSubscribers) return this.write(session, done)
    const stored = this.#isStored(session)
    SAVE.trace<void>(
      session.id,
      answer => this.write(session, answer),
      error => {
        if (!error && !stored) publishCreated(session.id)
        done(error)
      },
    )
  }

  override touch(done: Callback<boolean>): void {
    if (!TOUCH.traced && !revivalRefused.hasSubscribers) return super.touch(done)
    const { sessionID } = this.host.holder
    TOUCH.trace<boolean>(
      sessionID,
      answer => super.touch(answer),
      (error, present) => {
        if (!error && present === false) publishRevivalRefused(sessionID, 'touch')
        done(error, present)
      },
    )
  }

  override destroy(sid: string, done: Callback<boolean>): void {
    if (!DESTROY.traced && !destroyed.hasSubscribers) return super.destroy(sid, done)
    const stored = this.storedId === sid || this.saved !== undefined
    DESTROY.trace<boolean>(
      sid,
      answer => super.destroy(sid, answer),
      (error, present) => {
        if (!error && (present ?? stored)) publishDestroyed(sid, 'destroyed')
        done(error, present)
      },
    )
  }

  /** Give the request a session with another id. Calls back with whether the old one was still there. */
  renew(old: Session, options: RegenerateOptions, done: Callback<boolean>): void {
    if (!this.#observed) return this.#renew(old, options, done)
    const stored = this.#isStored(old)
    REGENERATE.trace<boolean>(
      old.id,
      answer => this.#renew(old, options, answer),
      (error, present) => {
        if (!error && stored) this.#publish(old, options, present, Boolean(options.grace))
        done(error, present)
      },
    )
  }

  /** The same with `data`, in one atomic step of the store. */
  replace(old: Session, options: RegenerateOptions, done: Callback): void {
    if (!this.#observed) return replaceSession(this, old, options, error => done(error))
    const stored = this.#isStored(old)
    REGENERATE.trace<boolean>(
      old.id,
      answer => replaceSession(this, old, options, answer),
      (error, present) => {
        if (!error && !stored) publishCreated(this.host.holder.sessionID)
        else if (!error) this.#publish(old, options, present, true)
        else if (hasCode(error, 'ERR_SESSION_GONE')) publishRevivalRefused(old.id, 'regenerate')
        done(error)
      },
    )
  }

  #renew(old: Session, { keep, grace }: RegenerateOptions, done: Callback<boolean>): void {
    if (grace) rotate(this, old, keep, grace, done)
    else this.regenerate(old, done)
  }

  /** The session of `old`, which was stored, has been given up for another. `saved`: that one is in the store. */
  #publish(old: Session, { keep, grace }: RegenerateOptions, present: unknown, saved: boolean): void {
    const { session, sessionID } = this.host.holder
    // Another request has given the session its new id.
    if (session === old) return
    if (present === false) {
      if (keep || grace) publishRevivalRefused(old.id, 'regenerate')
      else if (saved) publishCreated(sessionID)
      return
    }
    if (saved) publishCreated(sessionID)
    publishRenewed(sessionID, old.id)
    publishDestroyed(old.id, 'replaced')
  }

  #isStored(session: Session): boolean {
    return loadedOf(session)?.sid === session.id || this.host.settings.tombstones.knows(session)
  }

  get #observed(): boolean {
    return (
      REGENERATE.traced ||
      created.hasSubscribers ||
      renewed.hasSubscribers ||
      destroyed.hasSubscribers ||
      revivalRefused.hasSubscribers
    )
  }
}
