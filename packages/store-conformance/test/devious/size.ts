import type { Row } from '../mutants/database.ts'
import type { Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

const kib = 1024

/** Cuts a text where it is longer than so many bytes. */
function cut(text: string, bytes: number): string {
  return text.length <= bytes ? text : text.slice(0, bytes)
}

/** Wrong where a session is large, or ends at a border. */
export const size: readonly Devious[] = [
  devious('texts of more than 64 KiB within a session are cut', ['RT-13'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        return JSON.stringify(session, (_, value) =>
          typeof value === 'string' ? cut(value, 64 * kib) : value,
        )
      }
    }
  }),
  devious('sessions of more than 1 MiB lose their last field', ['RT-13'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        const text = JSON.stringify(session)
        if (text.length <= kib * kib) return text
        return JSON.stringify(Object.fromEntries(Object.entries(session).slice(0, -1)))
      }
    }
  }),
  devious('a session that fills its last chunk of 4 KiB exactly loses a character', ['RT-26'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        const text = JSON.stringify(session)
        return text.length % (4 * kib) === 0 ? text.replace('xx', 'x') : text
      }
    }
  }),
  devious('bytes are decoded in chunks of 16 KiB', ['RT-26'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        const bytes = Buffer.from(JSON.stringify(session))
        let text = ''
        for (let at = 0; at < bytes.length; at += 16 * kib)
          text += bytes.subarray(at, at + 16 * kib).toString()
        return text
      }
    }
  }),
  devious(
    'a session that differs from the stored one only after its first KiB is not written',
    ['RT-13'],
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          const text = this.serialize(session)
          const old = await this.client.read(this.key(sid))
          const same = (row: Row): boolean => {
            const data = (of: string): string => of.slice(of.indexOf('}'), of.indexOf('}') + kib)
            return row.text.length === text.length && text.length > 2 * kib && data(row.text) === data(text)
          }
          if (!old || !same(old)) await super._set(sid, session)
        }
      }
    },
  ),
  devious('touch() writes back no more than 64 KiB', ['TCH-02'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        const change = this.expiry(session)
        if (!row || row.text.length <= 64 * kib) await this.client.update(this.key(sid), change)
        else {
          const data = JSON.parse(row.text)
          const text = JSON.stringify(data, (_, value) =>
            typeof value === 'string' ? cut(value, kib) : value,
          )
          await this.client.update(this.key(sid), { ...change, text }, row.text)
        }
      }
    }
  }),
  devious('all() gives large sessions without their texts', ['ENU-07'], Base => {
    return class extends Base {
      override async live() {
        return (await super.live()).map(({ sid, session }) => {
          const large = JSON.stringify(session).length > 32 * kib
          return { sid, session: large ? { ...session, text: undefined } : session }
        })
      }
    }
  }),
  devious('names of more than 255 characters are cut', ['RT-25'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        return JSON.stringify(session, (_, value) => {
          if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
          return Object.fromEntries(Object.entries(value).map(([name, inner]) => [cut(name, 255), inner]))
        })
      }
    }
  }),
]
