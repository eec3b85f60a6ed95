import type { Row } from '../mutants/database.ts'
import type { Callback, Data, ReferenceStore } from '../mutants/reference.ts'
import type { StoreClass } from '../mutants/reference-subject.ts'

/** Where a fault shows: at once, or only at the far end of one of the five axes. */
export type Axis = 'always' | 'number' | 'size' | 'parallelism' | 'time' | 'repetition'

/** One small fault: a part of the store that is wrong, and when. */
export interface Fault {
  readonly name: string
  readonly method: string
  readonly axis: Axis
  apply(Base: typeof ReferenceStore): StoreClass
}

type Class = typeof ReferenceStore

function fault(name: string, method: string, axis: Axis, apply: (Base: Class) => StoreClass): Fault {
  return { name, method, axis, apply }
}

const second = 1000

/** The faults that the generator combines, by method and axis. */
export const faults: readonly Fault[] = [
  fault('a miss is an error', 'get', 'always', Base => {
    return class extends Base {
      override async _get(sid: string, renew?: number | null) {
        const session = await super._get(sid, renew)
        if (!session) throw new Error('not found')
        return session
      }
    }
  }),
  fault('expired sessions are given', 'get', 'time', Base => {
    return class extends Base {
      override alive() {
        return true
      }
    }
  }),
  fault('the same object is given twice', 'get', 'repetition', Base => {
    const given = new Map<string, Data>()
    return class extends Base {
      override open(sid: string, row: Row) {
        const known = given.get(this.key(sid) + row.text)
        if (known) return known
        const session = super.open(sid, row)
        given.set(this.key(sid) + row.text, session)
        return session
      }
    }
  }),
  fault('reads are kept in each process', 'get', 'repetition', Base => {
    return class extends Base {
      kept = new Map<string, Row>()
      override async _get(sid: string) {
        const row = this.kept.get(sid) ?? (await this.client.read(this.key(sid)))
        if (!row || !this.alive(row)) return undefined
        this.kept.set(sid, row)
        return this.open(sid, row)
      }
      override async _set(sid: string, session: Data) {
        await super._set(sid, session)
        this.kept.delete(sid)
      }
      override async _destroy(sid: string) {
        this.kept.delete(sid)
        await super._destroy(sid)
      }
    }
  }),
  fault('reads beside each other share their answer', 'get', 'parallelism', Base => {
    return class extends Base {
      reading = new Map<string, Promise<Data>>()
      override _get(sid: string, renew?: number | null) {
        const same = this.reading.get(sid)
        if (same) return same
        const read = super._get(sid, renew).finally(() => this.reading.delete(sid))
        this.reading.set(sid, read)
        return read
      }
    }
  }),
  fault('the callback comes before the write', 'set', 'parallelism', Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const text = JSON.parse(this.serialize(session))
        setTimeout(() => super._set(sid, text).catch(() => {}), 5)
      }
    }
  }),
  fault('the session is written as it is later', 'set', 'time', Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        await new Promise(setImmediate)
        await super._set(sid, session)
      }
    }
  }),
  fault('more than 64 KiB are cut', 'set', 'size', Base => {
    return class extends Base {
      override serialize(session: Data) {
        const text = super.serialize(session)
        return text.length > 65_536 ? text.slice(0, 65_536) : text
      }
    }
  }),
  fault('a smaller session leaves the end of the larger one', 'set', 'size', Base => {
    const longest = new Map<string, string>()
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        const old = longest.get(this.key(sid)) ?? ''
        if (old.length > row.text.length + 4096) row.text += old.slice(row.text.length)
        longest.set(this.key(sid), row.text)
        await this.client.write(this.key(sid), row)
      }
    }
  }),
  fault('the expiry is cut to seconds', 'set', 'time', Base => {
    return class extends Base {
      override expiry(session: Data) {
        const { expires, fromCookie } = super.expiry(session)
        return { expires: Math.floor(expires / second) * second, fromCookie }
      }
    }
  }),
  fault('maxAge counts as seconds', 'set', 'time', Base => {
    return class extends Base {
      override expiry(session: Data) {
        const { expires, fromCookie } = super.expiry(session)
        const { maxAge } = session.cookie ?? {}
        return { expires: maxAge > 0 ? Date.now() + maxAge * second : expires, fromCookie }
      }
    }
  }),
  fault('the old expiry is kept', 'set', 'repetition', Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        const old = await this.client.read(this.key(sid))
        await this.client.write(
          this.key(sid),
          old && this.alive(old) ? { ...row, expires: old.expires } : row,
        )
      }
    }
  }),
  fault('the tenth set of a sid is dropped', 'set', 'repetition', Base => {
    return class extends Base {
      times = new Map<string, number>()
      override async _set(sid: string, session: Data) {
        const times = (this.times.get(sid) ?? 0) + 1
        this.times.set(sid, times)
        if (times % 10 !== 0) await super._set(sid, session)
      }
    }
  }),
  fault('fields are added', 'set', 'always', Base => {
    return class extends Base {
      override serialize(session: Data) {
        return super.serialize({ ...session, __lastAccess: Date.now() })
      }
    }
  }),
  fault('fields of the given session are removed', 'set', 'always', Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const saved = super._set(sid, session)
        delete session.lastModified
        await saved
      }
    }
  }),
  fault('touch() writes the data', 'touch', 'always', Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = this.row(session)
        await this.client.update(this.key(sid), row)
      }
    }
  }),
  fault('touch() brings back what is gone', 'touch', 'always', Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        await this.client.write(this.key(sid), this.row(session))
      }
    }
  }),
  fault('touch() does nothing', 'touch', 'always', Base => {
    return class extends Base {
      override async _touch() {}
    }
  }),
  fault('touch() reads and writes back', 'touch', 'parallelism', Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        if (row && this.alive(row))
          await this.client.write(this.key(sid), { ...row, ...this.expiry(session) })
      }
    }
  }),
  fault('the second touch() of a sid fails', 'touch', 'repetition', Base => {
    return class extends Base {
      touched = new Set<string>()
      override async _touch(sid: string, session: Data) {
        if (this.touched.has(sid)) throw new Error('touched before')
        this.touched.add(sid)
        await super._touch(sid, session)
      }
    }
  }),
  fault('a destroyed sid is remembered', 'destroy', 'repetition', Base => {
    return class extends Base {
      dead = new Set<string>()
      override async _destroy(sid: string) {
        this.dead.add(sid)
        await super._destroy(sid)
      }
      override async _get(sid: string, renew?: number | null) {
        return this.dead.has(sid) ? undefined : super._get(sid, renew)
      }
    }
  }),
  fault('destroy() removes by prefix', 'destroy', 'number', Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        await this.client.removeAll(this.key(sid))
      }
    }
  }),
  fault('destroy() of an unknown sid fails', 'destroy', 'repetition', Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        if (!(await this.client.remove(this.key(sid)))) throw new Error('nothing deleted')
      }
    }
  }),
  fault('destroy() calls back before it is done', 'destroy', 'parallelism', Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        setTimeout(() => super._destroy(sid).catch(() => {}), 5)
      }
    }
  }),
  fault('all() gives the first thousand', 'all', 'number', Base => {
    return class extends Base {
      override async _all() {
        return ((await super._all()) as unknown[]).slice(0, 1000)
      }
    }
  }),
  fault('all() gives expired sessions', 'all', 'time', Base => {
    return class extends Base {
      override async rows() {
        return this.client.scan(this.start())
      }
    }
  }),
  fault('length() is a text', 'length', 'always', Base => {
    return class extends Base {
      override async _length() {
        return String(await super._length())
      }
    }
  }),
  fault('clear() removes the first hundred', 'clear', 'number', Base => {
    return class extends Base {
      override async _clear() {
        const rows = await this.client.scan(this.start())
        await Promise.all(rows.slice(0, 100).map(([key]) => this.client.remove(key)))
      }
    }
  }),
  fault('clear() removes the sessions of others', 'clear', 'number', Base => {
    return class extends Base {
      override async _clear() {
        await this.client.removeAll('')
      }
    }
  }),
  fault('failures of the backend are swallowed', 'get', 'always', Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback, options?: { renew?: number | null }) {
        return super.get(sid, callback && ((_, value) => callback(null, value)), options)
      }
    }
  }),
]
