import type { Row } from '../mutants/database.ts'
import type { Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

/** Wrong the second time, after an error, or beside another call. */
export const repetition: readonly Devious[] = [
  devious('the second clear() does nothing', ['API-15', 'ENU-09'], Base => {
    return class extends Base {
      cleared = false
      override async _clear() {
        if (!this.cleared) await super._clear()
        this.cleared = true
      }
    }
  }),
  devious('a set() of what this store has last saved is left out', ['CON-02'], Base => {
    return class extends Base {
      saved = new Map<string, string>()
      override async _set(sid: string, session: Data) {
        const data = JSON.stringify({ ...session, cookie: session.cookie?.originalMaxAge })
        if (this.saved.get(sid) === data && (await this.client.read(this.key(sid)))) return
        this.saved.set(sid, data)
        await super._set(sid, session)
      }
      override async _destroy(sid: string) {
        this.saved.delete(sid)
        return super._destroy(sid)
      }
      override async _clear() {
        this.saved.clear()
        await super._clear()
      }
    }
  }),
  devious('a store object destroys each sid once', ['DEL-07'], Base => {
    return class extends Base {
      ended = new Set<string>()
      override async _set(sid: string, session: Data) {
        this.ended.delete(sid)
        await super._set(sid, session)
      }
      override async _destroy(sid: string) {
        if (this.ended.has(sid)) return false
        this.ended.add(sid)
        return super._destroy(sid)
      }
    }
  }),
  devious('a miss is remembered until this store saves the sid', ['CON-02'], Base => {
    return class extends Base {
      missed = new Set<string>()
      override async _get(sid: string, renew?: number | null) {
        if (this.missed.has(sid)) return undefined
        const session = await super._get(sid, renew)
        if (!session) this.missed.add(sid)
        return session
      }
      override async _set(sid: string, session: Data) {
        this.missed.delete(sid)
        await super._set(sid, session)
        this.missed.delete(sid)
      }
      override async _insert(sid: string, row: Row) {
        this.missed.delete(sid)
        return super._insert(sid, row)
      }
    }
  }),
  devious('after an error reads come from what was kept before', ['ERR-08'], Base => {
    return class extends Base {
      kept = new Map<string, Row>()
      failed = false
      override async _get(sid: string, renew?: number | null) {
        const old = this.kept.get(sid)
        if (this.failed && old) return this.alive(old) ? this.open(sid, old) : undefined
        const row = await this.client.read(this.key(sid)).catch(error => {
          this.failed = true
          throw error
        })
        if (row) this.kept.set(sid, row)
        return super._get(sid, renew)
      }
    }
  }),
  devious('a failure of the backend is told once', ['ERR-02'], Base => {
    return class extends Base {
      told = false
      override async _set(sid: string, session: Data) {
        await super._set(sid, session).catch(error => {
          if (this.told) return
          this.told = true
          throw error
        })
      }
    }
  }),
  devious('after a write that failed the next one is left out', ['ERR-08'], Base => {
    return class extends Base {
      failed = false
      override async _set(sid: string, session: Data) {
        if (this.failed) {
          this.failed = false
          return
        }
        await super._set(sid, session).catch(error => {
          this.failed = true
          throw error
        })
      }
    }
  }),
  devious('two reads at once get the answer of each other', ['CON-09', 'CON-08'], Base => {
    return class extends Base {
      waiting: ((row: Row | undefined) => void)[] = []
      override async _get(sid: string, renew?: number | null) {
        if (renew !== undefined) return super._get(sid, renew)
        const answer = new Promise<Row | undefined>((resolve, reject) => {
          this.waiting.push(resolve)
          // The answer that comes first goes to the call that was made last.
          this.client.read(this.key(sid)).then(row => this.waiting.pop()?.(row), reject)
        })
        const row = await answer
        return row && this.alive(row) ? this.open(sid, row) : undefined
      }
    }
  }),
  devious('with more than fifty reads under way answers are mixed up', ['CON-09'], Base => {
    return class extends Base {
      under = new Set<string>()
      override async _get(sid: string, renew?: number | null) {
        const other = this.under.size > 50 ? [...this.under][7] : undefined
        this.under.add(sid)
        try {
          return await super._get(other ?? sid, renew)
        } finally {
          this.under.delete(sid)
        }
      }
    }
  }),
  devious(
    'a read that was under way at a destroy() brings its session back into the cache',
    ['CON-16'],
    Base => {
      return class extends Base {
        cache = new Map<string, Row>()
        override async _get(sid: string, renew?: number | null) {
          if (renew !== undefined) return super._get(sid, renew)
          const row = this.cache.get(sid) ?? (await this.client.read(this.key(sid)))
          if (row) this.cache.set(sid, row)
          // Kept for the next ticks only.
          setTimeout(() => this.cache.delete(sid), 5)
          return row && this.alive(row) ? this.open(sid, row) : undefined
        }
        override async _destroy(sid: string) {
          const result = await super._destroy(sid)
          this.cache.delete(sid)
          return result
        }
        override async _set(sid: string, session: Data) {
          await super._set(sid, session)
          this.cache.delete(sid)
        }
      }
    },
  ),
]
