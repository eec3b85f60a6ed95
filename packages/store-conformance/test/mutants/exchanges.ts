import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'

export const exchangesMutants: readonly Mutant[] = [
  mutant('exchangeKeepsTheOld', 'EXC-01', /get\("old"\) after it was exchanged gave .*want nothing/, Base => {
    return class extends Base {
      override async _exchange(old: string, sid: string, row: Row) {
        await this.client.write(this.key(sid), row)
        return (await this.client.read(this.key(old))) !== undefined
      }
    }
  }),
  mutant('exchangeOnlyEnds', 'EXC-01', /get\("new"\) after an exchange gave undefined/, Base => {
    return class extends Base {
      override async _exchange(old: string) {
        return this.client.remove(this.key(old))
      }
    }
  }),
  mutant(
    'exchangeEmptiesTheStore',
    'EXC-01',
    /get\("other"\) after an exchange of another session gave undefined/,
    Base => {
      return class extends Base {
        override async _exchange(_old: string, sid: string, row: Row) {
          const removed = await this.client.removeAll(this.start())
          await this.client.write(this.key(sid), row)
          return removed > 0
        }
      }
    },
  ),
  mutant('exchangeTellsNothing', 'EXC-01', /gave undefined, want true or false/, Base => {
    return class extends Base {
      override async _exchange(old: string, sid: string, row: Row, required: boolean) {
        await super._exchange(old, sid, row, required)
        return undefined as never
      }
    }
  }),
  mutant(
    'exchangeStoresWhateverIsRequired',
    'EXC-02',
    /get\("kept-destroyed"\) after an exchange of what was required and not there gave/,
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row) {
          return super._exchange(old, sid, row, false)
        }
      }
    },
  ),
  mutant(
    'exchangeAlwaysRequires',
    'EXC-02',
    /get\("new-destroyed"\) after an exchange of what was not there gave undefined/,
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row) {
          return super._exchange(old, sid, row, true)
        }
      }
    },
  ),
  mutant(
    'exchangeAlwaysFinds',
    'EXC-02',
    /an exchange of "destroyed", which is required and not there gave true, want false/,
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row, required: boolean) {
          await super._exchange(old, sid, row, required)
          return true
        }
      }
    },
  ),
  mutant(
    'exchangeLooksThenRemoves',
    'EXC-03',
    /[2-6] of 6 exchanges at once found the session, want exactly one/,
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row, required: boolean) {
          const found = await this.client.read(this.key(old))
          const there = found !== undefined && this.alive(found)
          if (there || !required) await this.client.write(this.key(sid), row)
          await this.client.remove(this.key(old))
          return there
        }
      }
    },
  ),
  mutant(
    'exchangeFindsDeadRows',
    'EXC-04',
    /an exchange of an expired session gave true, want false/,
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row, required: boolean) {
          return (
            (await this.client.exchange(this.key(old), this.key(sid), row, required, () => true)) !==
            undefined
          )
        }
      }
    },
  ),
  mutant(
    'exchangeRenamesTheRow',
    'EXC-05',
    /get\("brief"\) after its end, which comes before that of the session that it was exchanged for gave/,
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row, required: boolean) {
          const found = await this.client.read(this.key(old))
          const expires = found?.expires ?? row.expires
          return super._exchange(old, sid, { ...row, expires }, required)
        }
      }
    },
  ),
  mutant(
    'exchangeEndsThenWrites',
    'EXC-06',
    /get\("old-1"\) after an exchange whose backend was down after 1 commands gave undefined/,
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row, required: boolean) {
          const there = (await this._destroy(old)) === true
          if (there || !required) await this.client.write(this.key(sid), row)
          return there
        }
      }
    },
  ),
  mutant(
    'exchangeLeavesTheSuccessor',
    'EXC-07',
    /get\("new"\) after an exchange of its old id gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _exchange(old: string, sid: string, row: Row, required: boolean) {
          const alive = (found: Row): boolean => this.alive(found)
          const [from, to] = [this.key(old), this.key(sid)]
          return (await this.client.exchange(from, to, row, required, alive)) !== undefined
        }
      }
    },
  ),
]
