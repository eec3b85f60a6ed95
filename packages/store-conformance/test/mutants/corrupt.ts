import { type Mutant, mutant } from './mutant.ts'
import type { Callback, Data } from './reference.ts'

export const corruptMutants: readonly Mutant[] = [
  mutant(
    'getThrowsCorrupt',
    'COR-01',
    /not answered within 2500 ms; an error that nobody could catch: SyntaxError/,
    Base => {
      return class extends Base {
        override get(sid: string, callback?: Callback) {
          this.client.read(this.key(sid)).then(row => {
            process.nextTick(() =>
              callback?.(null, row && this.alive(row) ? JSON.parse(row.text) : undefined),
            )
          }, callback)
        }
      }
    },
  ),
  mutant(
    'corruptIsText',
    'COR-01',
    /get\(\) of the row this is no JSON gave "this is no JSON", want an error or a miss/,
    Base => {
      return class extends Base {
        override parse(text: string) {
          try {
            return super.parse(text)
          } catch {
            return text.startsWith('{') ? undefined : new String(text)
          }
        }
        override open(sid: string, row: { text: string; expires: number; fromCookie: boolean }) {
          const session = this.parse(row.text)
          return session && !(session instanceof String) ? super.open(sid, row) : session && `${session}`
        }
      }
    },
  ),
  mutant('corruptDestroysAll', 'COR-02', /get\("good"\) after get\(\) of bad rows gave undefined/, Base => {
    return class extends Base {
      override async _get(sid: string) {
        try {
          return await super._get(sid)
        } catch {
          await this._clear()
          return undefined
        }
      }
    }
  }),
  mutant('allThrowsCorrupt', 'COR-03', /all\(\) with a bad row, in a later tick, gave SyntaxError/, Base => {
    return class extends Base {
      override async _all() {
        for (const [, row] of await this.rows()) setTimeout(() => JSON.parse(row.text), 1)
        return super._all()
      }
    }
  }),
  mutant('allListsCorrupt', 'COR-03', /all\(\) lists the bad row bad0, want it left out/, Base => {
    return class extends Base {
      override async live() {
        const rows = await this.rows()
        return rows.map(([key, row]) => {
          const sid = key.slice(this.start().length)
          try {
            return { sid, session: this.open(sid, row) }
          } catch {
            return { sid, session: {} }
          }
        })
      }
    }
  }),
  mutant('nonObjectReturned', 'COR-04', /get\(\) of the row 42 gave 42, want an error or a miss/, Base => {
    return class extends Base {
      override open(sid: string, row: { text: string; expires: number; fromCookie: boolean }) {
        const value = JSON.parse(row.text)
        return value?.cookie ? super.open(sid, row) : value
      }
    }
  }),
  mutant(
    'corruptBlocksSet',
    'COR-05',
    /set\("bad0", session\) failed with Error: the stored session is damaged/,
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          await this._get(sid)
          await super._set(sid, session)
        }
      }
    },
  ),
  mutant(
    'corruptBlocksDestroy',
    'COR-06',
    /destroy\("bad0"\) failed with Error: the stored session is damaged/,
    Base => {
      return class extends Base {
        override async _destroy(sid: string) {
          await this._get(sid)
          await super._destroy(sid)
        }
      }
    },
  ),
  mutant(
    'cookielessReturned',
    'COR-07',
    /get\(\) of the row \{"n":1\} gave a session without a cookie/,
    Base => {
      return class extends Base {
        override open(sid: string, row: { text: string; expires: number; fromCookie: boolean }) {
          const value = JSON.parse(row.text)
          return value?.n && !value.cookie ? value : super.open(sid, row)
        }
      }
    },
  ),
  mutant(
    'cookielessIsDamaged',
    'COR-08',
    /get\("a"\) of a session without a cookie failed with Error: the stored session is damaged/,
    Base => {
      return class extends Base {
        override parse(text: string) {
          if (!JSON.parse(text).cookie) throw new Error('the stored session is damaged')
          return super.parse(text)
        }
      }
    },
  ),
  mutant(
    'cookielessLivesOn',
    'COR-08',
    /get\("a"\) after the default lifetime of \d+ ms, without a cookie/,
    Base => {
      return class extends Base {
        override expiry(session: Data) {
          return session.cookie ? super.expiry(session) : { expires: Date.now() + 1e9, fromCookie: false }
        }
      }
    },
  ),
]
