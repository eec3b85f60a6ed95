import type { Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

const loaded = Symbol.for('coatcheck.loaded')

/** Wrong where two calls run at once. */
export const together: readonly Devious[] = [
  devious('the end of a session goes to another one that is set at the same time', ['EXP-26'], Base => {
    return class extends Base {
      end = 0
      override async _set(sid: string, session: Data) {
        if (session[loaded]) return super._set(sid, session)
        const row = this.row(session)
        this.end = row.expires
        await this.client.read(this.key(sid))
        await this.client.write(this.key(sid), { ...row, expires: this.end })
      }
    }
  }),
  devious('touch() gives the end of the touch() that was called last', ['EXP-26'], Base => {
    return class extends Base {
      given: Data
      override async _touch(sid: string, session: Data) {
        this.given = { expires: this.expiry(session) }
        await this.client.read(this.key(sid))
        await this.client.update(this.key(sid), this.given.expires)
      }
    }
  }),
  devious('a destroy() beside another one of that sid fails', ['DEL-02'], Base => {
    return class extends Base {
      ending = new Set<string>()
      override async _destroy(sid: string) {
        if (this.ending.has(sid)) throw new Error('the session is being destroyed')
        this.ending.add(sid)
        try {
          return await super._destroy(sid)
        } finally {
          this.ending.delete(sid)
        }
      }
    }
  }),
  devious('more than thirty reads of one sid at once share an object', ['ISO-03'], Base => {
    return class extends Base {
      reading = new Map<string, { count: number; last: Data }>()
      override async _get(sid: string, renew?: number | null) {
        if (renew !== undefined) return super._get(sid, renew)
        const state = this.reading.get(sid) ?? { count: 0, last: undefined }
        this.reading.set(sid, state)
        state.count++
        try {
          const session = await super._get(sid)
          if (state.count > 30 && state.last && session) return state.last
          state.last = session
          return session
        } finally {
          if (--state.count === 0) this.reading.delete(sid)
        }
      }
    }
  }),
  devious('equal values of two sessions are one object', ['ISO-03'], Base => {
    const seen = new Map<string, { owner: string; value: object }>()
    return class extends Base {
      override async _get(sid: string, renew?: number | null) {
        const session = await super._get(sid, renew)
        if (!session) return session
        for (const [name, value] of Object.entries(session)) {
          if (name === 'cookie' || typeof value !== 'object' || value === null) continue
          const text = JSON.stringify(value)
          const known = seen.get(text)
          if (known && known.owner !== this.key(sid) && JSON.stringify(known.value) === text)
            session[name] = known.value
          else seen.set(text, { owner: this.key(sid), value })
        }
        return session
      }
    }
  }),
  devious('clear() beside clear() fails', ['ENU-04'], Base => {
    return class extends Base {
      clearing = false
      override async _clear() {
        if (this.clearing) throw new Error('busy')
        this.clearing = true
        try {
          await super._clear()
        } finally {
          this.clearing = false
        }
      }
    }
  }),
  devious('a touch() in another namespace of the same sid within a second is left out', ['NS-08'], Base => {
    const touched = new Map<string, [string, number]>()
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const [prefix, at] = touched.get(sid) ?? ['', 0]
        const end = this.expiry(session).expires
        touched.set(sid, [this.prefix, end])
        if (
          prefix !== '' &&
          prefix !== this.prefix &&
          prefix.slice(0, 4) === this.prefix.slice(0, 4) &&
          Math.abs(at - end) < 1000
        )
          return
        await super._touch(sid, session)
      }
    }
  }),
]
