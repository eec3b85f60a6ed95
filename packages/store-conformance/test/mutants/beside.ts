import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Callback, Data } from './reference.ts'

/** Broken stores for rules on calls beside others, odd values, and events in ordinary use. */
export const besideMutants: readonly Mutant[] = [
  mutant('closedAfterError', 'API-15', /set\("even", session\) failed with Error: statement closed/, Base => {
    return class extends Base {
      broken = false
      override serialize(session: Data) {
        if (this.broken) throw new Error('statement closed')
        try {
          return super.serialize(session)
        } catch (error) {
          this.broken = true
          throw error
        }
      }
    }
  }),
  mutant('tenthTouchFails', 'API-15', /touch\("even", session\) failed with Error: too often/, Base => {
    return class extends Base {
      touches = 0
      override async _touch(sid: string, session: Data) {
        if (++this.touches === 4) throw new Error('too often')
        await super._touch(sid, session)
      }
    }
  }),
  mutant('getCleansUp', 'EXP-22', /set beside a get\(\) of its expired session gave undefined/, Base => {
    return class extends Base {
      override async _get(sid: string, renew?: number | null) {
        const row = await this.client.read(this.key(sid))
        if (row && !this.alive(row)) {
          await this.client.remove(this.key(sid))
          return undefined
        }
        return super._get(sid, renew)
      }
    }
  }),
  mutant('touchCleansUp', 'TCH-16', /set beside a touch\(\) of its expired session gave undefined/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        if (row && !this.alive(row)) await this.client.remove(this.key(sid))
        else await super._touch(sid, session)
      }
    }
  }),
  mutant(
    'endsCached',
    'TCH-15',
    /in the other store after touch\(\) and the old expiry gave undefined/,
    Base => {
      return class extends Base {
        ends = new Map<string, number>()
        override alive(row: Row) {
          const known = this.ends.get(row.text) ?? row.expires
          this.ends.set(row.text, known)
          return known > Date.now()
        }
      }
    },
  ),
  mutant('onlyTheFirstClearIsTold', 'ENU-10', /in the other store after a second clear\(\) gave/, Base => {
    const caches: Map<string, Row>[] = []
    return class extends Base {
      cache = new Map<string, Row>()
      told = caches.push(this.cache) === 0
      override async _get(sid: string) {
        const row = this.cache.get(this.key(sid)) ?? (await this.client.read(this.key(sid)))
        if (!row || !this.alive(row)) return undefined
        this.cache.set(this.key(sid), row)
        return this.open(sid, row)
      }
      override async _set(sid: string, session: Data) {
        await super._set(sid, session)
        for (const cache of caches) cache.delete(this.key(sid))
      }
      override async _clear() {
        await super._clear()
        if (!this.told) for (const cache of caches) cache.clear()
        this.told = true
      }
    }
  }),
  mutant('clearCached', 'ENU-10', /in the other store after clear\(\) gave/, Base => {
    return class extends Base {
      cache = new Map<string, Row>()
      override async _get(sid: string) {
        const row = (await this.client.read(this.key(sid))) ?? this.cache.get(sid)
        if (!row || !this.alive(row)) return undefined
        this.cache.set(sid, row)
        return this.open(sid, row)
      }
      override async _destroy(sid: string) {
        this.cache.delete(sid)
        await super._destroy(sid)
      }
      override async _clear() {
        this.cache.clear()
        await super._clear()
      }
    }
  }),
  mutant(
    'listsKeysFirst',
    'ENU-11',
    /the number of empty entries in all\(\) beside destroy\(\) gave/,
    Base => {
      return class extends Base {
        override async _all() {
          const sids = (await this.live()).map(({ sid }) => sid)
          return Promise.all(sids.map(async sid => ({ sid, session: (await this._get(sid)) ?? null })))
        }
      }
    },
  ),
  mutant('listFailsOnGone', 'ENU-11', /all\(\) failed with/, Base => {
    return class extends Base {
      override async _all() {
        const sids = (await this.live()).map(({ sid }) => sid)
        return Promise.all(
          sids.map(async sid => {
            const session = await this._get(sid)
            if (!session) throw new Error('no such session')
            return { sid, session }
          }),
        )
      }
    }
  }),
  mutant('ignoresToJSON', 'RT-22', /after set\(\) of values with toJSON\(\) gave/, Base => {
    const copy = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value
      if (Array.isArray(value)) return value.map(copy)
      const fields = Object.entries(value).filter(([key]) => key !== 'toJSON')
      return Object.fromEntries(fields.map(([key, inner]) => [key, copy(inner)]))
    }
    return class extends Base {
      override serialize({ cookie, ...data }: Data) {
        return JSON.stringify({ ...(copy(data) as object), cookie })
      }
    }
  }),
  mutant('mergesDeeply', 'RT-23', /isAdmin, which only a field called __proto__ has, gave true/, Base => {
    const merge = (target: Data, source: Data): Data => {
      for (const key of Object.keys(source)) {
        const value = source[key]
        const inner = typeof value === 'object' && value !== null && !Array.isArray(value)
        target[key] = inner ? merge({}, value) : value
      }
      return target
    }
    return class extends Base {
      override parse(text: string) {
        return merge({}, super.parse(text))
      }
    }
  }),
  mutant(
    'cookieOfKnownFields',
    'RT-24',
    /a field of the cookie that the store does not know gave undefined/,
    Base => {
      return class extends Base {
        override parse(text: string) {
          const { cookie, ...data } = super.parse(text)
          const { path, originalMaxAge, httpOnly, expires } = cookie
          return { cookie: { originalMaxAge, expires, httpOnly, path }, ...data }
        }
      }
    },
  ),
  mutant('throwsAtOddSids', 'SID-16', /get\(7\) threw TypeError/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback, options?: { renew?: number | null }) {
        Buffer.byteLength(sid)
        return super.get(sid, callback, options)
      }
    }
  }),
  mutant('disconnectsOnMiss', 'EVT-04', /what made the store emit "disconnect" gave "a miss"/, Base => {
    return class extends Base {
      override async _get(sid: string, renew?: number | null) {
        const session = await super._get(sid, renew)
        if (!session) this.emit('disconnect')
        return session
      }
    }
  }),
  mutant('disconnectsWhenIdle', 'EVT-04', /emit "disconnect" gave "a moment without calls"/, Base => {
    return class extends Base {
      idle: NodeJS.Timeout | undefined
      override async _destroy(sid: string) {
        clearTimeout(this.idle)
        this.idle = setTimeout(() => this.emit('disconnect'), 60)
        this.idle.unref()
        await super._destroy(sid)
      }
    }
  }),
]
