import { expiryListingMutants } from './expiry-listing.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data, ReferenceStore } from './reference.ts'
import type { StoreClass } from './reference-subject.ts'
import { twice } from './twice.ts'

const day = 86_400_000

/** A store that computes ends in its own way. `end`: as the cookie says, in milliseconds since the epoch. */
function ending(compute: (end: number, session: Data, ttlMs: number) => number) {
  return (Base: typeof ReferenceStore): StoreClass =>
    class extends Base {
      override expiry(session: Data) {
        const { expires, fromCookie } = super.expiry(session)
        return { expires: compute(expires, session, this.ttlMs), fromCookie }
      }
    }
}

const second = 1000

const endMutants: readonly Mutant[] = [
  ...twice(
    'floorSeconds',
    'EXP-01',
    /ms before its end gave undefined, want the session/,
    ending(end => Math.floor(end / second) * second),
  ),
  ...twice(
    'floorLifeInSeconds',
    'EXP-01',
    /ms before its end gave undefined, want the session/,
    ending(end => Date.now() + Math.floor((end - Date.now()) / second) * second),
  ),
  ...twice(
    'floorBothToSeconds',
    'EXP-01',
    /ms before its end gave undefined/,
    // Gone with the last full second; the first one is not lost to a life of less than a second.
    ending(end => {
      const now = Math.floor(Date.now() / second)
      return (now + Math.floor((end - Date.now()) / second) + 1) * second
    }),
  ),
  mutant(
    'roundLifeToSeconds',
    'EXP-01',
    /get\("d"\) \d+ ms before its end gave undefined, want the session/,
    ending(end => Date.now() + Math.round((end - Date.now()) / second) * second),
    { granularityMs: 1000 },
  ),
  ...twice(
    'halfTtl',
    'EXP-01',
    /ms before its end gave undefined, want the session/,
    ending(end => Date.now() + (end - Date.now()) / 2),
  ),
  ...twice('getIgnoresExpiry', 'EXP-02', /get\("a"\) after its end gave .*, want nothing/, Base => {
    return class extends Base {
      override alive() {
        return true
      }
    }
  }),
  ...twice(
    'usesOriginalMaxAge',
    'EXP-03',
    /get\("short"\) after its expires, within its originalMaxAge gave/,
    ending((end, { cookie }) => (cookie.originalMaxAge ? Date.now() + cookie.originalMaxAge : end)),
  ),
  ...twice(
    'originalMaxAgeFirst',
    'EXP-03',
    /get\("long"\) before its expires, after its originalMaxAge gave undefined/,
    ending((end, { cookie }) => Math.min(end, Date.now() + (cookie.originalMaxAge ?? day))),
  ),
  ...twice(
    'maxAgeSeconds',
    'EXP-04',
    /get\("short"\) after its maxAge of \d+ ms gave/,
    ending((end, { cookie }) => (cookie.maxAge ? Date.now() + cookie.maxAge * 1000 : end)),
  ),
  ...twice(
    'maxAgeTwiceDivided',
    'EXP-04',
    /get\("long"\) within its maxAge of 60000 ms gave undefined/,
    ending((end, { cookie }) => (cookie.maxAge ? Date.now() + cookie.maxAge / 1000 : end)),
  ),
  ...twice(
    'onlyMaxAge',
    'EXP-05',
    /get\("text"\) after its end, an ISO string gave/,
    ending((_, { cookie }, ttlMs) => Date.now() + (cookie.maxAge ?? ttlMs)),
  ),
  ...twice(
    'onlyIsoText',
    'EXP-05',
    /get\("date"\) after its end, a Date in a plain cookie gave/,
    ending((end, { cookie }, ttlMs) => {
      const plainDate = cookie.expires instanceof Date && cookie.maxAge === undefined
      return plainDate ? Date.now() + ttlMs : end
    }),
  ),
  ...twice(
    'sessionCookieDropped',
    'EXP-06',
    /get\("a"\) of a session without expires gave undefined/,
    ending((end, { cookie }) => (cookie.expires ? end : Date.now())),
  ),
  ...twice(
    'immortalDefault',
    'EXP-07',
    /get\("a"\) after the default lifetime of \d+ ms gave/,
    ending((end, { cookie }) => (cookie.expires ? end : Number.POSITIVE_INFINITY)),
  ),
  ...twice(
    'zeroFalsy',
    'EXP-10',
    /get\("a"\) with a maxAge of zero gave .*, want nothing/,
    ending((_, { cookie }, ttlMs) => Date.now() + (cookie.maxAge || ttlMs)),
  ),
  ...twice('keepOldTtl', 'EXP-14', /get\("longer"\) overwritten with a longer life gave undefined/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const old = await this.client.read(this.key(sid))
        const row = this.row(session)
        await this.client.write(this.key(sid), { ...row, expires: old?.expires ?? row.expires })
      }
    }
  }),
  ...twice('neverShorten', 'EXP-14', /get\("shorter"\) overwritten with a shorter life gave/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const old = await this.client.read(this.key(sid))
        const row = this.row(session)
        const expires = Math.max(row.expires, old?.expires ?? 0)
        await this.client.write(this.key(sid), { ...row, expires })
      }
    }
  }),
  mutant('skipsSameData', 'EXP-14', /get\("same"\) saved again, .* gave undefined/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const old = await this.client.read(this.key(sid))
        if (!old || !this.alive(old) || this.parse(old.text).n !== session.n) await super._set(sid, session)
      }
    }
  }),
  mutant(
    'ttlOverridesCookie',
    'EXP-21',
    /after the default lifetime of \d+ ms, .* gave undefined/,
    ending((end, _, ttlMs) => Math.min(end, Date.now() + ttlMs)),
  ),
  ...twice('tombstone', 'EXP-17', /get\("a"\) set again after its end gave undefined/, Base => {
    return class extends Base {
      readonly ended = new Set<string>()

      override async _get(sid: string) {
        const row = await this.client.read(this.key(sid))
        if (row && !this.alive(row)) this.ended.add(sid)
        return this.ended.has(sid) ? undefined : super._get(sid)
      }
    }
  }),
  ...twice('getExtends', 'EXP-19', /get\("a"\) read again and again until after its end gave/, Base => {
    return class extends Base {
      override async _get(sid: string) {
        const session = await super._get(sid)
        const life = session?.cookie.originalMaxAge
        if (life) await this.client.update(this.key(sid), { expires: Date.now() + life })
        return session
      }
    }
  }),
  ...twice(
    'pastImmortal',
    'EXP-08',
    /get\("a"\) set with an expiry in the past gave .*, want nothing/,
    ending(end => (end > Date.now() ? end : Date.now() + 365 * day)),
  ),
  ...twice(
    'epochMeansNone',
    'EXP-08',
    /get\("b"\) set with an expiry in 1970 gave .*, want nothing/,
    ending((end, _, ttlMs) => end || Date.now() + ttlMs),
  ),
  ...twice(
    'pastError',
    'EXP-08',
    /set\("a", session\) failed with Error: ERR invalid expire time/,
    ending(end => {
      if (end <= Date.now()) throw new Error('ERR invalid expire time')
      return end
    }),
  ),
  ...twice('pastSkips', 'EXP-09', /get\("a"\) overwritten with an expiry in the past gave \{n: 1/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        if (this.expiry(session).expires > Date.now()) await super._set(sid, session)
      }
    }
  }),
  ...twice(
    'overflow32',
    'EXP-11',
    /with a life of 25 days gave undefined/,
    ending(end => (end - Date.now() > 2 ** 31 - 1 ? Date.now() + 1 : end)),
  ),
  ...twice(
    'memcached30d',
    'EXP-11',
    /with a life of 31 days gave undefined/,
    ending(end => (end - Date.now() > 30 * day ? end - Date.now() : end)),
  ),
  ...twice(
    'year2038',
    'EXP-11',
    /with a life of 10000 days gave undefined/,
    ending(end => ((end / 1000) | 0) * 1000),
  ),
  ...twice('nanDeletes', 'EXP-12', /after set\(\) with an invalid expires was taken gave undefined/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const { expires } = session.cookie
        if (expires instanceof Date && Number.isNaN(expires.getTime())) {
          await this._destroy(sid)
          return
        }
        return super._set(sid, session)
      }
    }
  }),
  ...twice(
    'fracThrows',
    'EXP-13',
    /set\("a", session\) failed with Error: ERR value is not an integer/,
    ending((end, { cookie }) => {
      if (cookie.maxAge % 1) throw new Error('ERR value is not an integer')
      return end
    }),
  ),
  ...twice('tzNaive', 'EXP-18', /set in the far .* gave/, Base => {
    const offset = (): number => new Date().getTimezoneOffset() * 60_000
    return class extends Base {
      override row(session: Data) {
        const row = super.row(session)
        return { ...row, expires: row.expires - offset() }
      }

      override alive(row: { expires: number }) {
        return row.expires + offset() > Date.now()
      }
    }
  }),
]

export const expiryMutants: readonly Mutant[] = [...endMutants, ...expiryListingMutants]
