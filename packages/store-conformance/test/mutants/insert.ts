import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'

export const insertMutants: readonly Mutant[] = [
  mutant('insertLooksThenWrites', 'INS-01', /[2-6] of 6 inserts at once won, want exactly one/, Base => {
    return class extends Base {
      override async _insert(sid: string, row: Row) {
        const old = await this.client.read(this.key(sid))
        if (old && this.alive(old)) return false
        await this.client.write(this.key(sid), row)
        return true
      }
    }
  }),
  mutant('insertUpserts', 'INS-02', /an insert where a session is gave true, want false/, Base => {
    return class extends Base {
      override async _insert(sid: string, row: Row) {
        await this.client.write(this.key(sid), row)
        return true
      }
    }
  }),
  mutant(
    'insertMovesTheExpiry',
    'INS-02',
    /get\("a"\) after its end, with an insert before that gave \{n: 1, .*want nothing/,
    Base => {
      return class extends Base {
        override async _insert(sid: string, row: Row) {
          if (await super._insert(sid, row)) return true
          await this.client.update(this.key(sid), { expires: row.expires, fromCookie: row.fromCookie })
          return false
        }
      }
    },
  ),
  mutant(
    'insertStopsAtDeadRows',
    'INS-03',
    /an insert in the place of an expired session gave false, want true/,
    Base => {
      return class extends Base {
        override async _insert(sid: string, row: Row) {
          return this.client.insert(this.key(sid), row, () => false)
        }
      }
    },
  ),
]
