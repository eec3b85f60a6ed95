import type { Row } from '../mutants/database.ts'
import type { Callback, Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

const loaded = Symbol.for('coatcheck.loaded')

/** Wrong near an end, after a while, or when something is changed meanwhile. */
export const time: readonly Devious[] = [
  devious('sessions with less than a tenth of their life are taken for ended', ['EXP-01'], Base => {
    return class extends Base {
      override async _get(sid: string, renew?: number | null) {
        const session = await super._get(sid, renew)
        const { originalMaxAge, expires } = session?.cookie ?? {}
        const left = Date.parse(expires) - Date.now()
        return originalMaxAge > 0 && left < originalMaxAge / 10 ? undefined : session
      }
    }
  }),
  devious('the sweep takes what ends within two minutes', ['EXP-20', 'REC-05'], Base => {
    return class extends Base {
      override async _prune() {
        return this.client.removeAll(this.start(), row => row.expires < Date.now() + 120_000)
      }
    }
  }),
  devious('the first touch() of a session counts, later ones do not', ['TCH-01'], Base => {
    const touched = new Set<string>()
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        if (touched.has(this.key(sid))) return
        touched.add(this.key(sid))
        await super._touch(sid, session)
      }
    }
  }),
  devious('touch() within a second of the last write is left out', ['TCH-01'], Base => {
    const written = new Map<string, number>()
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        if (Date.now() - (written.get(this.key(sid)) ?? 0) < 1000) return
        written.set(this.key(sid), Date.now())
        await super._touch(sid, session)
      }
    }
  }),
  devious('set() takes fields from its session when it is done', ['ISO-05'], Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        await super._set(sid, session)
        setTimeout(() => Reflect.deleteProperty(session, 'ttl'), 20)
      }
    }
  }),
  devious('touch() looks at its session when it gets to it', ['ISO-07'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        await new Promise(setImmediate)
        await super._touch(sid, session)
      }
    }
  }),
  devious('each save of what get() gave shortens the life by up to a second', ['EXP-23'], Base => {
    return class extends Base {
      override open(sid: string, row: Row) {
        const session = super.open(sid, row)
        const left = Math.floor((row.expires - Date.now()) / 1000) * 1000
        if (row.fromCookie) session.cookie.expires = new Date(Date.now() + left).toISOString()
        return session
      }
    }
  }),
  devious('calls under way when close() is called are forgotten', ['LIF-06'], Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        await new Promise(setImmediate)
        if (!this.closed) await this.client.write(this.key(sid), row)
      }
    }
  }),
  devious('results are used again for the next answer', ['ISO-03'], Base => {
    return class extends Base {
      result: Data = {}
      override open(sid: string, row: Row) {
        for (const name of Object.keys(this.result)) delete this.result[name]
        const session = super.open(sid, row)
        return Object.defineProperty(Object.assign(this.result, session), loaded, {
          value: session[loaded],
          configurable: true,
          writable: true,
        })
      }
    }
  }),
  devious('all answers share one cookie', ['ISO-03'], Base => {
    const cookie: Data = {}
    return class extends Base {
      override open(sid: string, row: Row) {
        const session = super.open(sid, row)
        session.cookie = Object.assign(cookie, session.cookie)
        return session
      }
    }
  }),
  devious(
    'the callback of set() comes while the write is on its way',
    ['CON-01', 'CON-02', 'ERR-02'],
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          super._set(sid, session).catch(() => {})
          await new Promise(setImmediate)
        }
      }
    },
  ),
  devious('a write is seen by other stores 30 ms later', ['CON-02'], Base => {
    return class extends Base {
      own = new Map<string, Row>()
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        this.own.set(sid, row)
        await this.client.read(this.key(sid))
        setTimeout(() => this.flush(sid).catch(() => {}), 30)
      }
      async flush(sid: string) {
        const row = this.own.get(sid)
        if (row) await this.client.write(this.key(sid), row)
        this.own.delete(sid)
      }
      override async _get(sid: string, renew?: number | null) {
        const row = this.own.get(sid)
        return row ? (this.alive(row) ? this.open(sid, row) : undefined) : super._get(sid, renew)
      }
      override async _touch(sid: string, session: Data) {
        await this.flush(sid)
        await super._touch(sid, session)
      }
      override async _destroy(sid: string) {
        this.own.delete(sid)
        return super._destroy(sid)
      }
    }
  }),
  devious('a list is answered from the one of a moment ago', ['MDL-01', 'ENU-05', 'DEL-08'], Base => {
    return class extends Base {
      last: { at: number; list: unknown } = { at: 0, list: [] }
      override async _all() {
        if (Date.now() - this.last.at > 100) this.last = { at: Date.now(), list: await super._all() }
        return structuredClone(this.last.list)
      }
    }
  }),
  devious('the callback of all() that throws is called once more', ['API-07'], Base => {
    return class extends Base {
      override all(callback?: Callback) {
        if (!callback) return super.all()
        return (super.all() as Promise<unknown>)
          .then(list => callback(null, list))
          .catch(error => callback(error))
      }
    }
  }),
]
