import type { Row } from '../mutants/database.ts'
import type { Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

const loaded = Symbol.for('coatcheck.loaded')

type Work = (...args: never[]) => Promise<unknown>

/** Remembers in the store object that a method has failed. */
function afterFailure(
  name: string,
  rules: readonly string[],
  method: '_all' | '_length' | '_clear' | '_touch' | '_destroy',
  answer?: unknown,
): Devious {
  return devious(name, rules, Base => {
    const work = Base.prototype[method] as Work
    const Failing = class extends Base {}
    const failed = new WeakSet<object>()
    Object.defineProperty(Failing.prototype, method, {
      async value(...args: never[]) {
        if (failed.has(this)) return answer
        return work.apply(this, args).catch(error => {
          failed.add(this)
          throw error
        })
      },
    })
    return Failing
  })
}

/** Wrong later: the second time, after an error, or when a timer ends. */
export const later: readonly Devious[] = [
  afterFailure('after an all() that failed it is empty', ['ERR-15'], '_all', []),
  afterFailure('after a length() that failed it is 0', ['ERR-15'], '_length', 0),
  afterFailure('after a clear() that failed the next ones do nothing', ['ERR-15'], '_clear'),
  afterFailure('after a touch() that failed the next ones do nothing', ['ERR-15'], '_touch'),
  afterFailure('after a destroy() that failed the next ones do nothing', ['ERR-15'], '_destroy', true),
  devious('every fiftieth touch() is dropped', ['TCH-18'], Base => {
    let count = 0
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        if (++count % 50 !== 0) await super._touch(sid, session)
      }
    }
  }),
  devious('every hundredth destroy() is dropped', ['CON-17'], Base => {
    let count = 0
    return class extends Base {
      override async _destroy(sid: string) {
        return ++count % 100 === 0 ? true : super._destroy(sid)
      }
    }
  }),
  devious('the 256th save of a sid is lost', ['API-16'], Base => {
    const versions = new Map<string, number>()
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const version = (versions.get(this.key(sid)) ?? 0) + 1
        versions.set(this.key(sid), version)
        if (version % 256 !== 0) await super._set(sid, session)
      }
    }
  }),
  devious('a session object that was saved before is not saved again', ['CON-01'], Base => {
    return class extends Base {
      saved = new WeakMap<object, string>()
      override async _set(sid: string, session: Data) {
        if (this.saved.get(session) === sid) return
        await super._set(sid, session)
        this.saved.set(session, sid)
      }
    }
  }),
  devious('the text of a session object is made once', ['CON-01'], Base => {
    const known = new WeakMap<object, string>()
    return class extends Base {
      override serialize(session: Data) {
        const text = known.get(session) ?? super.serialize(session)
        known.set(session, text)
        return text
      }
    }
  }),
  devious('a touch() with the same session object as before does nothing', ['TCH-01'], Base => {
    return class extends Base {
      touched = new WeakSet<object>()
      override async _touch(sid: string, session: Data) {
        if (this.touched.has(session)) return
        this.touched.add(session)
        await super._touch(sid, session)
      }
    }
  }),
  devious('set() writes a second time, 150 ms later', ['CON-18'], Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        await super._set(sid, session)
        setTimeout(() => {
          this.client.update(this.key(sid), { text: row.text }).catch(() => {})
        }, 150).unref()
      }
    }
  }),
  devious('touch() writes the data back 80 ms later', ['CON-18'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        await super._touch(sid, session)
        if (!row) return
        setTimeout(() => {
          this.client.update(this.key(sid), { text: row.text }).catch(() => {})
        }, 80).unref()
      }
    }
  }),
  devious('the timer of a destroyed session ends the next one of that sid', ['EXP-25'], Base => {
    return class extends Base {
      timers = new Map<string, NodeJS.Timeout>()
      arm(sid: string, row: Pick<Row, 'expires'>) {
        clearTimeout(this.timers.get(sid))
        const left = Math.min(Math.max(0, row.expires - Date.now()), 2 ** 31 - 1)
        const end = (): void => void this.client.remove(this.key(sid)).catch(() => {})
        const timer = setTimeout(end, left).unref()
        this.timers.set(sid, timer)
      }
      override async _set(sid: string, session: Data) {
        this.arm(sid, this.expiry(session))
        await super._set(sid, session)
      }
      override async _touch(sid: string, session: Data) {
        await super._touch(sid, session)
        if (this.timers.has(sid)) this.arm(sid, this.expiry(session))
      }
      override async _destroy(sid: string) {
        this.timers.delete(sid)
        return super._destroy(sid)
      }
      override async _renew(sid: string) {
        return this._get(sid)
      }
    }
  }),
  devious('the timer of a session that clear() took ends the next one of that sid', ['EXP-25'], Base => {
    return class extends Base {
      timers = new Map<string, NodeJS.Timeout>()
      arm(sid: string, row: Pick<Row, 'expires'>) {
        clearTimeout(this.timers.get(sid))
        const left = Math.min(Math.max(0, row.expires - Date.now()), 2 ** 31 - 1)
        const end = (): void => void this.client.remove(this.key(sid)).catch(() => {})
        const timer = setTimeout(end, left).unref()
        this.timers.set(sid, timer)
      }
      override async _set(sid: string, session: Data) {
        this.arm(sid, this.expiry(session))
        await super._set(sid, session)
      }
      override async _touch(sid: string, session: Data) {
        await super._touch(sid, session)
        if (this.timers.has(sid)) this.arm(sid, this.expiry(session))
      }
      override async _destroy(sid: string) {
        clearTimeout(this.timers.get(sid))
        return super._destroy(sid)
      }
      override async _clear() {
        this.timers.clear()
        await super._clear()
      }
      override async _renew(sid: string) {
        return this._get(sid)
      }
    }
  }),
  devious('set() over an expired session keeps fields of it', ['EXP-17'], Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const old = await this.client.read(this.key(sid))
        if (!old || this.alive(old) || session[loaded]) return super._set(sid, session)
        const row = this.row(session)
        row.text = JSON.stringify({ ...JSON.parse(old.text), ...JSON.parse(row.text) })
        await this.client.write(this.key(sid), row)
      }
    }
  }),
  devious('a read from the twentieth on comes from what the process has kept', ['CON-02'], Base => {
    return class extends Base {
      reads = new Map<string, number>()
      kept = new Map<string, Row>()
      override async _get(sid: string, renew?: number | null) {
        if (renew !== undefined) return super._get(sid, renew)
        const count = (this.reads.get(sid) ?? 0) + 1
        this.reads.set(sid, count)
        const kept = this.kept.get(sid)
        if (count > 20 && kept && this.alive(kept)) return this.open(sid, kept)
        const row = await this.client.read(this.key(sid))
        if (row) this.kept.set(sid, row)
        return row && this.alive(row) ? this.open(sid, row) : undefined
      }
      forget(sid: string) {
        this.kept.delete(sid)
        this.reads.delete(sid)
      }
      override async _set(sid: string, session: Data) {
        await super._set(sid, session)
        this.forget(sid)
      }
      override async _destroy(sid: string) {
        const there = await super._destroy(sid)
        this.forget(sid)
        return there
      }
      override async _touch(sid: string, session: Data) {
        await super._touch(sid, session)
        this.forget(sid)
      }
      override async _clear() {
        await super._clear()
        this.kept.clear()
      }
    }
  }),
  devious('from the 31st on all() is empty', ['API-16'], Base => {
    return class extends Base {
      listings = 0
      override async _all() {
        return ++this.listings > 30 ? [] : super._all()
      }
    }
  }),
]
