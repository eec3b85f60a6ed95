import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

export const modelMutants: readonly Mutant[] = [
  mutant(
    'every7th',
    'MDL-01',
    /get\("[ab]"\) gave .* after .*set .*; see the rules of the family: /,
    Base => {
      return class extends Base {
        sets = 0

        override async _set(sid: string, session: Data) {
          if (++this.sets % 7 !== 0) await super._set(sid, session)
        }
      }
    },
  ),
  mutant(
    'revivesThePast',
    'MDL-01',
    /get\("[abc]"\) gave .*, want nothing after set ([abc]) .* in the past, touch \1; see the rules of the family: touch/,
    Base => {
      return class extends Base {
        override async _touch(sid: string, session: Data) {
          const row = await this.client.read(this.key(sid))
          if (row) await this.client.write(this.key(sid), { ...row, ...this.expiry(session) })
        }
      }
    },
  ),
]
