import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

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
]
