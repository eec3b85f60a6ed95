import type { Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

/** Sids that this function makes the same are one. */
function same(name: string, rules: readonly string[], change: (sid: string) => string): Devious {
  return devious(name, rules, Base => {
    return class extends Base {
      override key(sid: string) {
        return this.start() + change(sid)
      }
    }
  })
}

/** Wrong for sids of some form, or in one method. */
export const sids: readonly Devious[] = [
  same('dashes in sids are left out', ['SID-06'], sid => sid.replace(/-/g, '')),
  same('a dash and an underscore in a sid are the same', ['SID-14'], sid => sid.replace(/-/g, '_')),
  same('base64 and base64url are the same', ['SID-14'], sid => sid.replace(/\+/g, '-').replace(/\//g, '_')),
  same('equals signs at the end of a sid are left out', ['SID-14'], sid => sid.replace(/=+$/, '')),
  same('a sid is cut at its first dot', ['SID-08'], sid => sid.replace(/(?!^)\..*$/, '')),
  same('s: at the start of a sid is left out', ['SID-08'], sid => sid.replace(/^s:/, '')),
  same('sids of more than 128 characters are cut', ['SID-10'], sid => sid.slice(0, 128)),
  same('sids of more than 1,000 bytes are cut', ['SID-10'], sid =>
    Buffer.from(sid).subarray(0, 1000).toString('latin1'),
  ),
  same('zero-width characters in sids are left out', ['SID-03'], sid => sid.replace(/[\u200b\ufeff]/g, '')),
  same('a tab in a sid is a blank', ['SID-02'], sid => sid.replace(/\t/g, ' ')),
  same('sids that are hexadecimal are compared without case', ['SID-01'], sid =>
    /^[0-9a-f]{16,}$/i.test(sid) ? sid.toLowerCase() : sid,
  ),
  devious('touch() trims the sid', ['TCH-11'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        await super._touch(sid.trim(), session)
      }
    }
  }),
  devious('touch() cuts the sid at 32 characters', ['TCH-11'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const cut = sid.slice(0, 32)
        await super._touch(sid, session)
        if (cut !== sid) await super._touch(cut, session)
      }
    }
  }),
  devious('destroy() takes a comma for a list of sids', ['SID-08'], Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        for (const each of sid.split(',')) if (each !== sid) await super._destroy(each)
        return super._destroy(sid)
      }
    }
  }),
  devious('destroy() takes * at the end for everything', ['SID-04'], Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        if (sid.endsWith('*')) await this.client.removeAll(this.key(sid.slice(0, -1)))
        return super._destroy(sid)
      }
    }
  }),
  devious('touch() extends only sessions that this store object has saved', ['TCH-19'], Base => {
    return class extends Base {
      mine = new Set<string>()
      override async _set(sid: string, session: Data) {
        this.mine.add(sid)
        await super._set(sid, session)
      }
      override async _touch(sid: string, session: Data) {
        if (this.mine.has(sid)) await super._touch(sid, session)
      }
    }
  }),
  devious('destroy() ends only sessions that this store object has saved or read', ['TCH-19'], Base => {
    return class extends Base {
      mine = new Set<string>()
      override async _set(sid: string, session: Data) {
        this.mine.add(sid)
        await super._set(sid, session)
      }
      override async _get(sid: string, renew?: number | null) {
        const session = await super._get(sid, renew)
        if (session) this.mine.add(sid)
        return session
      }
      override async _destroy(sid: string) {
        return this.mine.has(sid) ? super._destroy(sid) : false
      }
    }
  }),
]
