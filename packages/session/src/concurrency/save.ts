import { backoff } from '../calls/backoff.ts'
import type { Callback } from '../calls/call-method.ts'
import { nextTick, setTimeout } from '../calls/timers.ts'
import { Cookie } from '../cookie/cookie.ts'
import { gone, hasCode } from '../errors.ts'
import { dropReservedKeys, type Found } from '../records/redirect-record.ts'
import { decode } from '../session/codec.ts'
import { hasEnded } from '../session/lifespan.ts'
import { loadedOf, noteLoaded } from '../session/loaded.ts'
import { keepMetadata, passOnMetadata } from '../session/metadata.ts'
import { withContent } from '../session/serialized.ts'
import type { Session, SessionData } from '../session/session.ts'
import type { Snapshot } from '../session/snapshot.ts'
import { mergeStored, mergeWith, type Progress, type SessionWriter } from './merge-stored.ts'
import type { QueuedSave, Stored } from './save-queue.ts'
import type { Tombstone } from './tombstones.ts'

/**
 * How often a save is merged and tried again before it fails with `ERR_SESSION_CHANGED`. Beside a process that writes all the time, a
 * slower one comes through in about one of ten attempts.
 */
const ATTEMPTS = 100

/** A text that no store has. */
const OUTDATED = 'null'

/** What a save needs of the writer of its request. */
export interface SavingWriter extends SessionWriter {
  /** What the save under way is writing. */
  writing: Snapshot | undefined
  /** Whether a save compares the stored text. */
  readonly compares: boolean
  call<T>(method: string, args: readonly unknown[], done: Callback<T>): void
  read(sid: string, done: Found): void
  /** Note that the store has `session`, as it is in `snapshot`, since `time`. */
  stored(session: Session, snapshot: Snapshot, time: number): void
  /** Undo a write that may have brought back a session, because that was destroyed or replaced meanwhile. */
  undo(session: Session, tombstone: Tombstone, done: () => void): void
}

/** A save of one session. Those behind it are stored by the same write: each merges with the one in front of it. */
export class Save implements Progress, QueuedSave {
  behind: Save | undefined
  contested: Set<string> | undefined
  /** How often it was tried again. */
  retries = 0
  readonly #writer: SavingWriter
  readonly #session: Session
  #done: Callback
  #ended = false
  /** Whether it was prepared before. */
  #prepared = false
  /** Whether it restarts the session's lifetime. Then the lifetime counts from the attempt that succeeds. */
  #renews = false
  /** Whether the session has changes of the save in front of it. */
  #joined = false
  #snapshot: Snapshot | undefined
  /** The logical time of the snapshot. */
  #time = 0

  constructor(writer: SavingWriter, session: Session, done: Callback) {
    this.#writer = writer
    this.#session = session
    this.#done = done
  }

  /** Another save will begin this one. The promise keeps the asynchronous context of this request for what comes after it. */
  wait(): void {
    const leave = this.#writer.host.calls.enter()
    const done = this.#done
    new Promise<unknown>(resolve => {
      this.#done = resolve
    }).then(error => nextTick(leave, () => done(error)))
  }

  /** With `conflict: 'error'` a save is refused only for what was stored. */
  joins(other: Save): boolean {
    const { settings } = this.#writer.host
    return settings === other.#writer.host.settings && settings.conflict !== 'error'
  }

  begin(latest: Stored | undefined, ended: (stored: Stored | undefined) => void): void {
    if (latest) this.#attempt((save, done) => save.#meet(latest, done), ended)
    else this.#attempt(undefined, ended)
  }

  /** Prepare this save and those behind it, then write. `meet` merges a save with what the store has. */
  #attempt(
    meet: ((save: Save, done: Callback) => void) | undefined,
    ended: (stored: Stored | undefined) => void,
  ): void {
    let front: Save | undefined
    const next = (save: Save | undefined): void => {
      if (!save) return front ? this.#write(front, ended) : ended(undefined)
      if (save.#ended) return next(save.behind)
      const prepared: Callback = error => {
        if (error) save.#end(error)
        else front = save
        next(save.behind)
      }
      const met: Callback = error => {
        save.#writer.host.forget()
        if (error) prepared(error)
        else save.#prepare(prepared)
      }
      if (front) save.#join(front, met)
      else if (meet) meet(save, met)
      else save.#prepare(prepared)
    }
    next(this)
  }

  /** Write the last of the saves, which has the changes of all. */
  #write(last: Save, ended: (stored: Stored | undefined) => void): void {
    last.#store(error => {
      if (hasCode(error, 'ERR_SESSION_CHANGED') && this.retries < ATTEMPTS) {
        for (let save: Save | undefined = this; save; save = save.behind) save.retries++
        return this.#later(backoff(this.retries), () => {
          this.#attempt((save, done) => save.#mergeStored(error, done), ended)
        })
      }
      const { sid, text } = (!error && loadedOf(last.#session)) || {}
      ended(sid === undefined || text === undefined ? undefined : { sid, text })
      for (let save: Save | undefined = this; save; save = save.behind) save.#written(error, last)
    })
  }

  #written(error: unknown, last: Save): void {
    if (this.#ended) return
    const loaded = loadedOf(this.#session)
    // The store does not have this text. What this request saves next must be merged with what the store has.
    if (loaded && (error ? this.#joined : this !== last)) {
      const { sid, ttl, compare } = loaded
      noteLoaded(this.#session, { sid, ttl, compare, text: OUTDATED })
    }
    if (!error) this.#writer.stored(this.#session, this.#snapshot as Snapshot, this.#time)
    this.#end(error)
  }

  #end(error: unknown): void {
    this.#ended = true
    this.#writer.writing = undefined
    this.#done(error)
  }

  /** Merge with what another request of this process has stored, without reading it from the store. */
  #meet(latest: Stored, done: Callback): void {
    const loaded = loadedOf(this.#session)
    if (latest.text === loaded?.text) return done()
    const { codec } = this.#writer.host.settings
    const read = (sid: string, found: Found) => {
      if (sid !== latest.sid) return this.#writer.read(sid, found)
      const stored = decode(codec, latest.text) as unknown as SessionData
      noteLoaded(stored, { ...latest, ttl: loaded?.ttl ?? 0, compare: true })
      found(null, stored, sid)
    }
    try {
      mergeStored(this.#writer, this.#session, { progress: this, read }, done)
    } catch (error) {
      done(error)
    }
  }

  /** Merge with what the store has. `refusal` is the error with which it has refused the write. */
  #mergeStored(refusal: unknown, done: Callback): void {
    const read = this.#writer.read.bind(this.#writer)
    mergeStored(this.#writer, this.#session, { progress: this, refusal, read }, done)
  }

  /** Merge with the save in front of this one. */
  #join(front: Save, done: Callback): void {
    this.#joined = true
    const { cookie, id } = front.#session
    const stored = { cookie: cookie.data } as SessionData
    noteLoaded(stored, loadedOf(front.#session))
    passOnMetadata(front.#session, stored)
    const theirs = (front.#snapshot as Snapshot).data
    mergeWith(this.#writer, this.#session, { stored, theirs, sid: id, progress: this }, done)
  }

  /** Take the snapshot to write. */
  #prepare(done: Callback): void {
    const { host, compares } = this.#writer
    const { tombstones } = host.settings
    const session = this.#session
    try {
      if (!(session.cookie instanceof Cookie)) dropReservedKeys(session.cookie)
      if (!this.#prepared) this.#renews = host.prepare(session)
      else if (this.#renews) session.resetMaxAge()
      this.#prepared = true
      keepMetadata(session, host.settings.absoluteTimeout)
      this.#snapshot = host.snapshot(session)
    } catch (error) {
      return done(error)
    }
    const tombstone = tombstones.becameOf(session)
    if ((tombstone && !tombstone.redirect) || hasEnded(session)) return done(gone())
    if (tombstone) {
      return this.#mergeStored(undefined, error => {
        host.forget()
        if (error) done(error)
        else this.#prepare(done)
      })
    }
    const loaded = loadedOf(session)
    if (loaded) noteLoaded(session, { ...loaded, compare: compares })
    this.#time = tombstones.now
    this.#writer.writing = this.#snapshot
    done()
  }

  /** Call the store. If the session of a store that does not detect its end was destroyed or replaced meanwhile, undo that. */
  #store(done: Callback): void {
    const session = this.#session
    const writer = this.#writer
    const { tombstones, comparable } = writer.host.settings
    const written: Callback = error => {
      const later = error || loadedOf(session) ? undefined : tombstones.since(session.id, this.#time)
      if (!later) return done(error)
      tombstones.know(session, this.#time)
      writer.undo(session, later, () => {
        if (!later.redirect) return done(gone())
        this.#prepare(error => (error ? done(error) : this.#store(done)))
      })
    }
    const write = () => writer.call('set', [session.id, session], written)
    if (comparable === JSON) withContent(session, (this.#snapshot as Snapshot).data, write)
    else write()
  }

  /** Run `work` after `ms` milliseconds. The response waits for it. */
  #later(ms: number, work: () => void): void {
    if (ms === 0) return work()
    const leave = this.#writer.host.calls.enter()
    setTimeout(() => leave(work), ms)
  }
}
