import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

/** Faults at the far end of an axis. */
export const farEndsMutants: readonly Mutant[] = [
  mutant(
    'a collection that is capped at 1,100 sessions',
    'CON-17',
    /of 1203 sessions gave undefined/,
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          const rows = await this.client.scan(this.start())
          if (rows.length >= 1100) await this.client.remove(rows[0]![0])
          await super._set(sid, session)
        }
      }
    },
  ),
  mutant(
    'keys made of the first three characters of the sid',
    'CON-17',
    /of 1203 sessions gave \{who/,
    Base => {
      return class extends Base {
        override key(sid: string) {
          return this.start() + sid.slice(0, 3)
        }
      }
    },
  ),
  mutant('a cache of 20 ms that a read fills after destroy()', 'CON-16', /beside get\(\) gave/, Base => {
    const cache = new Map<string, { row: Row | undefined; until: number }>()
    return class extends Base {
      override async _get(sid: string, renew?: number | null) {
        if (renew !== undefined) return super._get(sid, renew)
        const known = cache.get(this.key(sid))
        const row = known && known.until > Date.now() ? known.row : await this.client.read(this.key(sid))
        // The answer takes its time, and destroy() is done before it comes.
        await new Promise(setImmediate)
        cache.set(this.key(sid), { row, until: Date.now() + 20 })
        return row && this.alive(row) ? this.open(sid, row) : undefined
      }
      override async _set(sid: string, session: Data) {
        await super._set(sid, session)
        cache.delete(this.key(sid))
      }
      override async _destroy(sid: string) {
        const there = await super._destroy(sid)
        cache.delete(this.key(sid))
        return there
      }
    }
  }),
  mutant('all() leaves out what is past 64 KiB', 'ENU-12', /leaves out gave "large"/, Base => {
    return class extends Base {
      override async _all() {
        return (await this.live()).filter(({ session }) => JSON.stringify(session).length < 65_536)
      }
    }
  }),
  mutant(
    'length() counts rows up to 64 KiB',
    'ENU-13',
    /the growth of length\(\) of the store gave 7/,
    Base => {
      return class extends Base {
        override async _length() {
          return (await this.rows()).filter(([, row]) => row.text.length < 65_536).length
        }
      }
    },
  ),
  mutant('clear() leaves what is past 64 KiB', 'ENU-14', /get\("large"\) after clear/, Base => {
    return class extends Base {
      override async _clear() {
        await this.client.removeAll(this.start(), row => row.text.length < 65_536)
      }
    }
  }),
  mutant(
    'entries() leaves browser sessions out',
    'REC-01',
    /entries\(\) leaves out 1 of 9 sessions/,
    Base => {
      return class extends Base {
        override async *entries() {
          for (const { sid, session } of await this.live())
            if (session.cookie.expires) yield [sid, session] as [string, Data]
        }
      }
    },
  ),
  mutant('a list is cut after 4,096 entries', 'RT-25', /a list of 5,000 numbers/, Base => {
    return class extends Base {
      override serialize(session: Data) {
        return JSON.stringify(session, (_, value) => (Array.isArray(value) ? value.slice(0, 4096) : value))
      }
    }
  }),
  mutant('a long name is cut at 64 KiB', 'RT-25', /names of up to 70,000 characters/, Base => {
    return class extends Base {
      override serialize(session: Data) {
        return super.serialize(session).replace(/"(n{65536})n*1?":/, '"$1":')
      }
    }
  }),
  mutant('a session of exactly 64 KiB loses its end', 'RT-26', /a session of 65536 bytes/, Base => {
    return class extends Base {
      override serialize(session: Data) {
        const text = super.serialize(session)
        return text.length === 65_536 ? text.slice(0, -1) : text
      }
    }
  }),
  mutant('chunks of 64 KiB are decoded one by one', 'RT-26', /characters of four bytes after/, Base => {
    return class extends Base {
      override serialize(session: Data) {
        const bytes = Buffer.from(super.serialize(session))
        const chunks = []
        for (let at = 0; at < bytes.length; at += 65_536)
          chunks.push(bytes.subarray(at, at + 65_536).toString())
        return chunks.join('')
      }
    }
  }),
  mutant('touch() waits before it looks at the cookie', 'ISO-07', /while touch\(\) was under way/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        await this.client.read(this.key(sid))
        await super._touch(sid, session)
      }
    }
  }),
  mutant('the end is worked out of the seconds that are left', 'EXP-23', /shortened the life by/, Base => {
    return class extends Base {
      override expiry(session: Data) {
        const { expires, fromCookie } = super.expiry(session)
        const left = Math.floor((expires - Date.now()) / 1000) * 1000
        return { expires: Date.now() + Math.max(0, left), fromCookie }
      }
    }
  }),
  mutant('a queue of writes that close() forgets', 'LIF-06', /confirmed beside close\(\)/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        await new Promise(resolve => setTimeout(resolve, 1))
        if (!this.closed) await this.client.write(this.key(sid), row)
      }
    }
  }),
  mutant('a queue of writes that close() leaves without an answer', 'LIF-06', /never answered/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        await new Promise(resolve => setTimeout(resolve, 1))
        if (this.closed) await new Promise(() => {})
        await super._set(sid, session)
      }
      override async limited<T>(work: Promise<T>) {
        return work
      }
    }
  }),
]
