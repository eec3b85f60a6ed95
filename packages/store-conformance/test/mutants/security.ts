import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

export const securityMutants: readonly Mutant[] = [
  mutant('getCreates', 'SEC-01', /sessions added by five get\(\) of unknown sids gave 5, want 0/, Base => {
    return class extends Base {
      override async _get(sid: string) {
        const session = await super._get(sid)
        const expires = Date.now() + 60_000
        if (!session) await this.client.write(this.key(sid), { text: 'null', expires, fromCookie: false })
        return session
      }
      override parse(text: string) {
        return text === 'null' ? null : super.parse(text)
      }
      override open(sid: string, row: { text: string; expires: number; fromCookie: boolean }) {
        return row.text === 'null' ? undefined : super.open(sid, row)
      }
    }
  }),
  mutant(
    'errorLeaksData',
    'SEC-02',
    /the error of set\(\) with the backend down quotes the session: Error: insert/,
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          const text = this.serialize(session)
          await super._set(sid, session).catch(error => {
            throw new Error(`insert into sessions values ('${sid}', '${text}') - ${error.message}`)
          })
        }
      }
    },
  ),
  mutant(
    'errorQuotesText',
    'SEC-02',
    /the error of get\(\) of a bad row quotes the session: SyntaxError/,
    Base => {
      return class extends Base {
        override parse(text: string) {
          JSON.parse(text)
          return super.parse(text)
        }
      }
    },
  ),
]
