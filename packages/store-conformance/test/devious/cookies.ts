import type { Row } from '../mutants/database.ts'
import type { Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

/** Changes the cookie that is stored. */
function altering(name: string, rules: readonly string[], change: (cookie: Data) => void): Devious {
  return devious(name, rules, Base => {
    return class extends Base {
      override serialize(session: Data) {
        const copy = JSON.parse(JSON.stringify(session))
        if (copy.cookie) change(copy.cookie)
        return JSON.stringify(copy)
      }
    }
  })
}

/** Wrong with one field of the cookie. */
export const cookies: readonly Devious[] = [
  altering('httpOnly: false is true', ['RT-16'], cookie => {
    if (cookie.httpOnly === false) cookie.httpOnly = true
  }),
  altering('secure: false is lost', ['RT-16'], cookie => {
    if (cookie.secure === false) delete cookie.secure
  }),
  altering('sameSite: true is a text', ['RT-16'], cookie => {
    if (cookie.sameSite === true) cookie.sameSite = 'true'
  }),
  altering('sameSite: false is lax', ['RT-16'], cookie => {
    if (cookie.sameSite === false) cookie.sameSite = 'lax'
  }),
  altering('originalMaxAge: null is 0', ['RT-16'], cookie => {
    if (cookie.originalMaxAge === null) cookie.originalMaxAge = 0
  }),
  altering('originalMaxAge is cut to seconds', ['RT-16'], cookie => {
    if (typeof cookie.originalMaxAge === 'number') cookie.originalMaxAge -= cookie.originalMaxAge % 1000
  }),
  altering('originalMaxAge has 32 bits', ['RT-16'], cookie => {
    if (typeof cookie.originalMaxAge === 'number') cookie.originalMaxAge |= 0
  }),
  altering('a path of more than one part loses the others', ['RT-16'], cookie => {
    if (typeof cookie.path === 'string') cookie.path = cookie.path.replace(/^(\/[^/]*)\/.*/, '$1')
  }),
  altering('the path is decoded', ['RT-16'], cookie => {
    if (typeof cookie.path === 'string') cookie.path = cookie.path.replace(/%20/g, ' ')
  }),
  altering('a domain loses the dot that it begins with', ['RT-16'], cookie => {
    if (typeof cookie.domain === 'string') cookie.domain = cookie.domain.replace(/^\./, '')
  }),
  devious('touch() writes a cookie of defaults', ['RT-16'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        if (!row) return
        const { cookie, ...data } = JSON.parse(row.text)
        const text = JSON.stringify({
          cookie: {
            originalMaxAge: cookie.originalMaxAge,
            expires: cookie.expires,
            httpOnly: true,
            path: '/',
          },
          ...data,
        })
        await this.client.update(this.key(sid), { ...this.expiry(session), text }, row.text)
      }
    }
  }),
  devious('after touch() originalMaxAge is the rest of the life', ['RT-16'], Base => {
    const touched = new Set<string>()
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        await super._touch(sid, session)
        touched.add(this.key(sid))
      }
      override open(sid: string, row: Row) {
        const session = super.open(sid, row)
        if (touched.has(this.key(sid)) && row.fromCookie)
          session.cookie.originalMaxAge = row.expires - Date.now()
        return session
      }
      override async _set(sid: string, session: Data) {
        touched.delete(this.key(sid))
        return super._set(sid, session)
      }
    }
  }),
  devious('get() sets originalMaxAge to the rest of the life', ['RT-16'], Base => {
    return class extends Base {
      override async _get(sid: string, renew?: number | null) {
        const session = await super._get(sid, renew)
        if (session?.cookie.expires && session.cookie.originalMaxAge)
          session.cookie.originalMaxAge = Date.parse(session.cookie.expires) - Date.now()
        return session
      }
    }
  }),
  devious('all() gives cookies of defaults', ['ENU-07'], Base => {
    return class extends Base {
      override async live() {
        return (await super.live()).map(({ sid, session }) => {
          const { originalMaxAge, expires } = session.cookie
          session.cookie = { originalMaxAge, expires, httpOnly: true, path: '/' }
          return { sid, session }
        })
      }
    }
  }),
  devious('all() shows the end that was written, not that of touch()', ['ENU-07'], Base => {
    return class extends Base {
      override async live() {
        return (await this.rows()).flatMap(([key, row]) => {
          const sid = key.slice(this.start().length)
          try {
            return [{ sid, session: this.parse(row.text) }]
          } catch {
            return []
          }
        })
      }
    }
  }),
  devious('a browser session over one with an end ends with it', ['EXP-25'], Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const old = await this.client.read(this.key(sid))
        const row = this.row(session)
        if (!row.fromCookie && old?.fromCookie && this.alive(old) && !session[Symbol.for('coatcheck.loaded')])
          return this.client.write(this.key(sid), { ...row, expires: old.expires })
        return super._set(sid, session)
      }
    }
  }),
  devious('touch() does not know texts in cookie.expires', ['TCH-17'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const { expires } = session.cookie
        if (typeof expires === 'string') session = { cookie: { expires: null } }
        await super._touch(sid, session)
      }
    }
  }),
  devious('touch() looks at originalMaxAge', ['TCH-17'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const { originalMaxAge, expires } = session.cookie
        if (expires && originalMaxAge) session = { cookie: { maxAge: originalMaxAge } }
        await super._touch(sid, session)
      }
    }
  }),
  devious('touch() of more than 24.8 days ends the session', ['RT-16'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const { expires } = this.expiry(session)
        const left = (expires - Date.now()) | 0
        await super._touch(sid, expires - Date.now() > 2 ** 31 ? { cookie: { maxAge: left } } : session)
      }
    }
  }),
  devious('lives are cut at thirty days', ['EXP-27'], Base => {
    return class extends Base {
      override expiry(session: Data) {
        const { expires, fromCookie } = super.expiry(session)
        return { expires: Math.min(expires, Date.now() + 30 * 86_400_000), fromCookie }
      }
      override open(sid: string, row: Row) {
        const session = super.open(sid, row)
        session.cookie.expires = JSON.parse(row.text).cookie?.expires ?? null
        return session
      }
    }
  }),
  devious('set() looks at the cookie when it gets to it', ['ISO-08'], Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const text = this.serialize(session)
        await this.client.read(this.key(sid))
        const row = { text, ...this.expiry(session) }
        if (session[Symbol.for('coatcheck.loaded')]) return super._set(sid, session)
        await this.client.write(this.key(sid), row)
      }
    }
  }),
  devious('a large session has the default life', ['EXP-24'], Base => {
    return class extends Base {
      override row(session: Data) {
        const row = super.row(session)
        return row.text.length > 200_000 ? { ...row, expires: Date.now() + this.ttlMs } : row
      }
    }
  }),
  devious('touch() of a large session does nothing', ['EXP-24'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        if (row && row.text.length < 100_000) await super._touch(sid, session)
      }
    }
  }),
]
