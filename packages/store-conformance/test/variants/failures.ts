import { setTimeout as sleep } from 'node:timers/promises'
import type { Row } from '../mutants/database.ts'
import type { Renew } from '../mutants/reference.ts'
import { isRenewed } from '../mutants/told.ts'
import { type Variant, variant } from './variant.ts'

/** Other ways to go on when a part of the work fails, or has to be done in several steps. */
export const failures: readonly Variant[] = [
  variant(
    'an exchange that writes the new session first, and takes it back where the old one is gone',
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row, required: boolean) {
          await this.client.write(this.key(sid), row)
          const there = (await this._destroy(old)) === true
          if (!there && required) await this.client.remove(this.key(sid))
          return there
        }
      }
    },
    { only: ['exchanges', 'destroy'] },
  ),
  variant(
    'a read that waits 100 ms for a lock, and then does without renewing',
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const session = await super._renew(sid, renew)
          if (session && !isRenewed(session)) await sleep(100)
          return session
        }
      }
    },
    { only: ['REN-01', 'REN-04', 'REN-05', 'REN-06', 'REN-08'] },
  ),
  variant(
    'a read that finds the database busy now and then, and does without renewing',
    Base => {
      return class extends Base {
        reads = 0
        override async _renew(sid: string, renew: Renew) {
          return this.reads++ % 3 === 0 ? super._get(sid) : super._renew(sid, renew)
        }
      }
    },
    { only: ['REN-01', 'REN-02', 'REN-04', 'REN-05', 'REN-06'] },
  ),
  variant(
    'redirects that are followed also where they have expired',
    Base => {
      return class extends Base {
        override async _destroy(sid: string) {
          const row = await this.client.take(this.key(sid))
          // Whether it had ended is looked at last.
          const there = await this.endSuccessor(row)
          return there && row !== undefined && this.alive(row)
        }
      }
    },
    { only: ['destroy', 'exchanges'] },
  ),
]
