import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

export const recordsMutants: readonly Mutant[] = [
  mutant('entriesGiveKeys', 'REC-01', /entries\(\) leaves out 9 of 9 sessions/, Base => {
    return class extends Base {
      override async *entries(): AsyncGenerator<[string, Data]> {
        for await (const [sid, session] of super.entries()) yield [this.key(sid), session]
      }
    }
  }),
  mutant('entriesWithoutIds', 'REC-01', /entries without an id from entries\(\) gave 9, want 0/, Base => {
    return class extends Base {
      override async *entries(): AsyncGenerator<[string, Data]> {
        for await (const [, session] of super.entries()) yield session
      }
    }
  }),
  mutant('idsTwice', 'REC-01', /ids\(\) gives 9 sessions twice/, Base => {
    return class extends Base {
      override async *ids() {
        yield* super.ids()
        yield* super.ids()
      }
    }
  }),
  mutant('entriesFirstPage', 'REC-02', /entries\(\) leaves out 203 of 1203 sessions/, Base => {
    return class extends Base {
      override async *entries(): AsyncGenerator<[string, Data]> {
        let left = 1000
        for await (const entry of super.entries()) if (left-- > 0) yield entry
      }
    }
  }),
  mutant(
    'entriesExpired',
    'REC-03',
    /entries\(\) with one session expired gave \["dead", "live"\], want \["live"\]/,
    Base => {
      return class extends Base {
        override async *entries(): AsyncGenerator<[string, Data]> {
          for (const [key, row] of await this.client.scan(this.start())) {
            const sid = key.slice(this.start().length)
            yield [sid, this.open(sid, row)]
          }
        }
      }
    },
  ),
  mutant(
    'entriesByOffset',
    'REC-04',
    /entries\(\) gave \d+ of 1203 sessions, each of which was then destroyed/,
    Base => {
      return class extends Base {
        override async *entries(): AsyncGenerator<[string, Data]> {
          for (let offset = 0; ; offset += 100) {
            const page = (await this.live()).slice(offset, offset + 100)
            for (const { sid, session } of page) yield [sid, session]
            if (page.length === 0) return
          }
        }
      }
    },
  ),
  mutant('pruneAll', 'REC-05', /get\("a"\) after prune\(\) gave undefined, want the session/, Base => {
    return class extends Base {
      override async _prune() {
        return this.client.removeAll(this.start())
      }
    }
  }),
  mutant('pruneTellsNothing', 'REC-05', /prune\(\) with 3 expired sessions gave undefined/, Base => {
    return class extends Base {
      override async _prune() {
        await super._prune()
        return undefined as never
      }
    }
  }),
  mutant('pruneNothing', 'REC-05', /prune\(\) gave 3, and there are 0 rows fewer/, Base => {
    return class extends Base {
      override async _prune() {
        const dead = (row: Row): boolean => row.expires <= Date.now() && row.expires > Date.now() - 5000
        const all = await this.client.scan(this.start())
        const count = all.filter(([, row]) => dead(row)).length
        return this.pruned ? 0 : this.claim(count)
      }
      pruned = false
      claim(count: number): number {
        this.pruned = count > 0
        return count
      }
    }
  }),
]
