import { inherits } from 'node:util'
import type { Done, Got, SessionModule, Store, Stored } from './types.ts'

// Stores as their authors write them: each is a Map with another manner.

interface MapStore extends Store {
  sessions: Map<string, string>
}

/** Calls back before it returns. */
export function synchronousStore({ Store }: Pick<SessionModule, 'Store'>): MapStore {
  class SynchronousStore extends (Store as new () => Store) {
    sessions = new Map<string, string>()

    override get(id: string, done: Got) {
      const json = this.sessions.get(id)
      done(null, json === undefined ? null : JSON.parse(json))
    }

    override set(id: string, session: Stored, done?: Done) {
      this.sessions.set(id, JSON.stringify(session))
      done?.()
    }

    override touch(id: string, session: Stored, done?: Done) {
      const json = this.sessions.get(id)
      if (json !== undefined) {
        this.sessions.set(id, JSON.stringify({ ...JSON.parse(json), cookie: session.cookie }))
      }
      done?.()
    }

    override destroy(id: string, done?: Done) {
      this.sessions.delete(id)
      done?.()
    }
  }
  return new SynchronousStore() as MapStore
}

/** Written in the manner of Node 0.10: the base is a function that is called, not a class. Has no touch. */
export function oldStyleStore({ Store }: Pick<SessionModule, 'Store'>): MapStore {
  function OldStyleStore(this: MapStore) {
    Store.call(this)
    this.sessions = new Map()
  }
  inherits(OldStyleStore as never, Store as never)
  OldStyleStore.prototype.get = function (this: MapStore, id: string, done: Got) {
    const json = this.sessions.get(id)
    setImmediate(done, null, json === undefined ? null : JSON.parse(json))
  }
  OldStyleStore.prototype.set = function (this: MapStore, id: string, session: Stored, done?: Done) {
    this.sessions.set(id, JSON.stringify(session))
    if (done) setImmediate(done)
  }
  OldStyleStore.prototype.destroy = function (this: MapStore, id: string, done?: Done) {
    this.sessions.delete(id)
    if (done) setImmediate(done)
  }
  return new (OldStyleStore as unknown as new () => MapStore)()
}

/** Never says that a session is not there. */
export function silentStore({ Store }: Pick<SessionModule, 'Store'>): MapStore {
  class SilentStore extends (Store as new () => Store) {
    sessions = new Map<string, string>()

    override get(id: string, done: Got) {
      const json = this.sessions.get(id)
      if (json !== undefined) setImmediate(done, null, JSON.parse(json))
    }

    override set(id: string, session: Stored, done?: Done) {
      this.sessions.set(id, JSON.stringify(session))
      if (done) setImmediate(done)
    }

    override destroy(id: string, done?: Done) {
      this.sessions.delete(id)
      if (done) setImmediate(done)
    }
  }
  return new SilentStore() as MapStore
}
