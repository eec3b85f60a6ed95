import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data, ReferenceStore } from './reference.ts'
import type { StoreClass } from './reference-subject.ts'
import { twice } from './twice.ts'

/** Moves the expiry of the row; what get() gives has that of the last set(). */
function keepsCookie(Base: typeof ReferenceStore): StoreClass {
  return class extends Base {
    override open(sid: string, row: Row) {
      return super.open(sid, { ...row, fromCookie: false })
    }
  }
}

export const touchMutants: readonly Mutant[] = [
  mutant('touchNoop', 'TCH-01', /get\("a"\) after the old expiry gave undefined/, Base => {
    return class extends Base {
      override async _touch() {}
    }
  }),
  mutant(
    'touchWritesData',
    'TCH-02',
    /after touch\(\) with other data gave \{n: 2, added: true\}, want \{n: 1\}/,
    Base => {
      return class extends Base {
        override async _touch(sid: string, session: Data) {
          await this.client.update(this.key(sid), this.row(session))
        }
      }
    },
  ),
  mutant('touchUpserts', 'TCH-03', /after destroy\(\) and touch\(\) gave .*, want nothing/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        await this.client.write(this.key(sid), this.row(session))
      }
    }
  }),
  mutant('touchMissingErrors', 'TCH-04', /touch\("nobody", session\) gave the error/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const result = await this.client.update(this.key(sid), this.expiry(session))
        if (result === 'missing') throw new Error('could not touch the session')
      }
    }
  }),
  mutant('touchRevivesExpired', 'TCH-05', /after its end and a touch\(\) gave .*, want nothing/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        if (row) await this.client.write(this.key(sid), { ...row, ...this.expiry(session) })
      }
    }
  }),
  ...twice(
    'touchNeverShortens',
    'TCH-06',
    /touched with a shorter life, after that gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _touch(sid: string, session: Data) {
          const row = await this.client.read(this.key(sid))
          const { expires, fromCookie } = this.expiry(session)
          if (row && row.expires < expires) await this.client.update(this.key(sid), { expires, fromCookie })
        }
      }
    },
  ),
  mutant(
    'touchPastError',
    'TCH-07',
    /touch\("a", session\) failed with Error: ERR invalid expire time/,
    Base => {
      return class extends Base {
        override async _touch(sid: string, session: Data) {
          if (this.expiry(session).expires <= Date.now()) throw new Error('ERR invalid expire time')
          await super._touch(sid, session)
        }
      }
    },
  ),
  mutant('touchPastPersists', 'TCH-07', /touched with an expiry in the past gave .*, want nothing/, Base => {
    return class extends Base {
      override expiry(session: Data) {
        const { expires, fromCookie } = super.expiry(session)
        return { expires: expires > Date.now() ? expires : Date.now() + 365 * 86_400_000, fromCookie }
      }
    }
  }),
  ...twice('touchNullDeletes', 'TCH-08', /touched with a browser-session cookie gave undefined/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        if (session.cookie.expires === null) await this._destroy(sid)
        else await super._touch(sid, session)
      }
    }
  }),
  mutant('touchKeepsCookie', 'TCH-09', /cookie\.expires after touch\(\) is .*, want/, keepsCookie),
  ...twice(
    'savesOldCookie',
    'TCH-13',
    /touched, read and saved, after the old expiry gave undefined/,
    keepsCookie,
  ),
  ...twice(
    'endedByOldCookie',
    'TCH-13',
    /touched, then read and saved after the old expiry gave undefined/,
    Base => {
      return class extends Base {
        override open(sid: string, row: Row) {
          const session = this.parse(row.text)
          const ended = new Date(session.cookie.expires) < new Date()
          return ended ? session : super.open(sid, row)
        }
      }
    },
  ),
  ...twice(
    'touchNeedsData',
    'TCH-10',
    /after touch\("a", \{ cookie \}\) and the old expiry gave undefined/,
    Base => {
      return class extends Base {
        override async _touch(sid: string, session: Data) {
          if (Object.keys(session).length > 1) await super._touch(sid, session)
        }
      }
    },
  ),
  ...twice('touchPrefix', 'TCH-11', /get\("ab"\) after its end, when .* were touched gave/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const { expires, fromCookie } = this.expiry(session)
        for (const [key] of await this.client.scan(this.key(sid)))
          await this.client.update(key, { expires, fromCookie })
      }
    }
  }),
  ...twice('touchGlob', 'TCH-11', /after its end, when .* were touched gave/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const { expires, fromCookie } = this.expiry(session)
        const start = sid.includes('*') ? this.key(sid.split('*')[0]!) : undefined
        const keys = start ? (await this.client.scan(start)).map(([key]) => key) : [this.key(sid)]
        for (const key of keys) await this.client.update(key, { expires, fromCookie })
      }
    }
  }),
  ...twice('touchNullImmortal', 'TCH-12', /touched, after the default lifetime of \d+ ms gave/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const { expires, fromCookie } = this.expiry(session)
        const end = fromCookie ? expires : Number.POSITIVE_INFINITY
        await this.client.update(this.key(sid), { expires: end, fromCookie })
      }
    }
  }),
  ...twice(
    'touchNullNoop',
    'TCH-14',
    /get\("a"\) after touches across the default lifetime of \d+ ms gave/,
    Base => {
      return class extends Base {
        override async _touch(sid: string, session: Data) {
          if (session.cookie.expires) await super._touch(sid, session)
        }
      }
    },
  ),
]
