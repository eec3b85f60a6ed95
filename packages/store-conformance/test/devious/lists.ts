import type { Row } from '../mutants/database.ts'
import type { Callback, Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

/** Wrong in all(), length() and clear(), for some sessions only. */
export const lists: readonly Devious[] = [
  devious('all() leaves browser sessions out', ['ENU-12'], Base => {
    return class extends Base {
      override async live() {
        return (await super.live()).filter(({ session }) => session.cookie.expires)
      }
    }
  }),
  devious('length() leaves browser sessions out', ['ENU-13'], Base => {
    return class extends Base {
      override async _length() {
        return (await this.rows()).filter(([, row]) => row.fromCookie).length
      }
    }
  }),
  devious('clear() leaves browser sessions', ['ENU-14'], Base => {
    return class extends Base {
      override async _clear() {
        await this.client.removeAll(this.start(), row => row.fromCookie)
      }
    }
  }),
  devious('clear() leaves large sessions', ['ENU-14'], Base => {
    return class extends Base {
      override async _clear() {
        await this.client.removeAll(this.start(), row => row.text.length < 50_000)
      }
    }
  }),
  devious('clear() ends what this store object has saved', ['ENU-14'], Base => {
    return class extends Base {
      mine = new Set<string>()
      override async _set(sid: string, session: Data) {
        this.mine.add(sid)
        await super._set(sid, session)
      }
      override async _insert(sid: string, row: Row) {
        this.mine.add(sid)
        return super._insert(sid, row)
      }
      override async _clear() {
        for (const sid of this.mine) await this.client.remove(this.key(sid))
      }
    }
  }),
  devious('length() does not see what another store object has saved', ['ENU-13'], Base => {
    return class extends Base {
      mine = new Set<string>()
      override async _set(sid: string, session: Data) {
        this.mine.add(this.key(sid))
        await super._set(sid, session)
      }
      override async _length() {
        return (await this.rows()).filter(([key]) => this.mine.has(key)).length
      }
    }
  }),
  devious('all() does not see what another store object has saved', ['ENU-12'], Base => {
    return class extends Base {
      mine = new Set<string>()
      override async _set(sid: string, session: Data) {
        this.mine.add(sid)
        await super._set(sid, session)
      }
      override async _all() {
        return (await this.live()).filter(({ sid }) => this.mine.has(sid))
      }
    }
  }),
  devious('a touched session is no more in all()', ['ENU-12'], Base => {
    return class extends Base {
      touched = new Set<string>()
      override async _touch(sid: string, session: Data) {
        await super._touch(sid, session)
        this.touched.add(sid)
      }
      override async _set(sid: string, session: Data) {
        this.touched.delete(sid)
        await super._set(sid, session)
      }
      override async _all() {
        return (await this.live()).filter(({ sid }) => !this.touched.has(sid))
      }
    }
  }),
  devious('a touched session counts twice in length()', ['ENU-13'], Base => {
    return class extends Base {
      touched = new Set<string>()
      override async _touch(sid: string, session: Data) {
        await super._touch(sid, session)
        this.touched.add(this.key(sid))
      }
      override async _length() {
        const rows = await this.rows()
        return rows.length + rows.filter(([key]) => this.touched.has(key)).length
      }
    }
  }),
  devious('a session that was destroyed and set again counts twice', ['ENU-13'], Base => {
    return class extends Base {
      ended = new Set<string>()
      override async _destroy(sid: string) {
        this.ended.add(this.key(sid))
        return super._destroy(sid)
      }
      override async _length() {
        const rows = await this.rows()
        return rows.length + rows.filter(([key]) => this.ended.has(key)).length
      }
      override async _clear() {
        this.ended.clear()
        await super._clear()
      }
    }
  }),
  devious('all() leaves out sessions without data', ['ENU-12'], Base => {
    return class extends Base {
      override async live() {
        return (await super.live()).filter(({ session }) => Object.keys(session).length > 1)
      }
    }
  }),
  devious('all() leaves out sids that begin with an underscore or a dash', ['ENU-12'], Base => {
    return class extends Base {
      override async live() {
        return (await super.live()).filter(({ sid }) => !/^[_-]/.test(sid))
      }
    }
  }),
  devious('clear() leaves sids that begin with an underscore', ['ENU-14'], Base => {
    return class extends Base {
      override async _clear() {
        const start = this.start()
        const rows = await this.client.scan(start)
        for (const [key] of rows) if (key[start.length] !== '_') await this.client.remove(key)
      }
    }
  }),
  devious('the second all() beside the first is empty', ['ENU-15'], Base => {
    return class extends Base {
      listing = false
      override async _all() {
        if (this.listing) return []
        this.listing = true
        try {
          return await super._all()
        } finally {
          this.listing = false
        }
      }
    }
  }),
  devious('length() beside all() is zero', ['ENU-15'], Base => {
    return class extends Base {
      listing = false
      override async _all() {
        this.listing = true
        try {
          return await super._all()
        } finally {
          this.listing = false
        }
      }
      override async _length() {
        return this.listing ? 0 : super._length()
      }
    }
  }),
  devious('objects of all() are given again by the next all()', ['ISO-06'], Base => {
    return class extends Base {
      made = new Map<string, Data>()
      override async _all() {
        return (await this.rows()).flatMap(([key, row]) => {
          const sid = key.slice(this.start().length)
          const known = this.made.get(key + row.text + row.expires)
          try {
            const session = known ?? this.open(sid, row)
            this.made.set(key + row.text + row.expires, session)
            return [{ sid, session }]
          } catch {
            return []
          }
        })
      }
    }
  }),
  devious('length() of an empty store calls back at once', ['API-06'], Base => {
    return class extends Base {
      empty = false
      override length(callback?: Callback) {
        if (callback && this.empty) {
          callback(null, 0)
          return undefined
        }
        return super.length(callback)
      }
      override async _clear() {
        await super._clear()
        this.empty = true
      }
      override async _set(sid: string, session: Data) {
        this.empty = false
        await super._set(sid, session)
      }
      override async _insert(sid: string, row: Row) {
        this.empty = false
        return super._insert(sid, row)
      }
      override async _exchange(old: string, sid: string, row: Row, required: boolean) {
        this.empty = false
        return super._exchange(old, sid, row, required)
      }
    }
  }),
  devious('a clear() beside another one calls back twice', ['ENU-04'], Base => {
    return class extends Base {
      waiting: Callback[] = []
      override clear(callback?: Callback) {
        if (!callback) return super.clear()
        this.waiting.push(callback)
        return super.clear((error, value) => {
          const all = [...this.waiting]
          setImmediate(() => {
            this.waiting = []
          })
          for (const each of all) each(error, value)
        })
      }
    }
  }),
]
