import { setTimeout as sleep } from 'node:timers/promises'
import type { Row } from '../mutants/database.ts'
import type { Data, Renew } from '../mutants/reference.ts'
import { type Variant, variant } from './variant.ts'

/** Blocks the event loop, as a long computation of the app or a busy machine does. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

let stalling: NodeJS.Timeout | undefined

/** Other ways to end a session. */
export const time: readonly Variant[] = [
  variant(
    'lifetimes in seconds, rounded up',
    Base => {
      return class extends Base {
        override expiry(session: Data) {
          const { expires, fromCookie } = super.expiry(session)
          return { expires: Math.ceil(expires / 1000) * 1000, fromCookie }
        }
      }
    },
    { granularityMs: 1000 },
  ),
  variant(
    'touch() keeps the cookie as it was written',
    Base => {
      return class extends Base {
        override open(sid: string, row: Row) {
          const session = super.open(sid, row)
          session.cookie.expires = JSON.parse(row.text).cookie?.expires
          return session
        }
      }
    },
    { warns: ['TCH-09', 'TCH-13'] },
  ),
  variant('reads that never renew, whatever they are asked', Base => {
    return class extends Base {
      override async _renew(sid: string) {
        return this._get(sid)
      }
    }
  }),
  variant('reads that renew only what has less than half of its lifetime left', Base => {
    return class extends Base {
      override async _renew(sid: string, renew: Renew) {
        const row = await this.client.read(this.key(sid))
        const fresh = row && row.expires - Date.now() > (renew ?? this.ttlMs) / 2
        return fresh ? this._get(sid) : super._renew(sid, renew)
      }
    }
  }),
  variant(
    'a write that lands 90 ms after its call, with its life counted from then',
    Base => {
      const late = (row: Row): Row => ({ ...row, expires: row.expires + 90 })
      return class extends Base {
        override async _set(sid: string, session: Data) {
          const row = late(this.row(session))
          await sleep(90)
          if (!session[Symbol.for('coatcheck.loaded')]) return this.client.write(this.key(sid), row)
          return super._set(sid, session)
        }
        override async _touch(sid: string, session: Data) {
          const { expires, fromCookie } = this.expiry(session)
          await sleep(90)
          await this.client.update(this.key(sid), { expires: expires + 90, fromCookie })
        }
        override async _insert(sid: string, row: Row) {
          await sleep(90)
          return super._insert(sid, late(row))
        }
        override async _renew(sid: string, renew: Renew) {
          await sleep(90)
          return super._renew(sid, renew)
        }
      }
    },
    { only: ['expiry', 'touch', 'REC', 'CAS-05', 'CAS-13', 'INS', 'REN-01', 'REN-02', 'REN-03', 'REN-04'] },
  ),
  variant('an event loop that stands still for 300 ms now and then', Base => class extends Base {}, {
    setup: () => {
      stalling = setInterval(standStill, 700, 300)
    },
    teardown: () => clearInterval(stalling),
  }),
  variant('a timer for each row that does not hold the process', Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const expires = this.expiry(session).expires
        await super._set(sid, session)
        this.arm(sid, expires)
      }
      override async _touch(sid: string, session: Data) {
        await super._touch(sid, session)
        this.arm(sid, this.expiry(session).expires)
      }
      /** Another handle may have moved the expiry, and timers take no more than 2 ** 31 ms. */
      arm(sid: string, expires: number): void {
        const dead = (row: Row): boolean => !this.alive(row)
        const sweep = () => this.client.removeAll(this.key(sid), dead).catch(() => {})
        const delay = Math.min(Math.max(0, expires - Date.now()), 2 ** 31 - 1)
        setTimeout(sweep, delay).unref()
      }
    }
  }),
]
