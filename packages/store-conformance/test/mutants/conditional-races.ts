import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'

export const conditionalRaceMutants: readonly Mutant[] = [
  mutant('casRMW', 'CAS-06', /[2-6] of 6 updates of the same content won, want exactly one/, Base => {
    return class extends Base {
      override async _update(sid: string, row: Row, expected?: string) {
        const old = await this.client.read(this.key(sid))
        if (old && expected !== undefined && old.text !== expected) return 'changed'
        return super._update(sid, row)
      }
    }
  }),
  mutant('casNobodyWins', 'CAS-06', /0 of 6 updates of the same content won, want exactly one/, Base => {
    const claims = new Map<string, number>()
    return class extends Base {
      override async _update(sid: string, row: Row, expected?: string) {
        const key = this.key(sid)
        claims.set(key, (claims.get(key) ?? 0) + 1)
        await new Promise(resolve => setTimeout(resolve, 5))
        if (claims.get(key)! > 1) return 'changed'
        return super._update(sid, row, expected)
      }
    }
  }),
  mutant(
    'versionIsHash',
    'CAS-12',
    /after 4 writers added 1 ten times each gave \{n: 1\d\d\}, want \{n: 140\}/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row, expected?: string) {
          const old = await this.client.read(this.key(sid))
          // A checksum so weak that most changes go unseen.
          if (old && expected !== undefined && old.text.length !== expected.length) return 'changed'
          return super._update(sid, row)
        }
      }
    },
  ),
  mutant(
    'casLooksThenWrites',
    'CAS-15',
    /get\("a"\) after destroy\(\) and an update side by side gave \{n: 1, .*want nothing/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row, expected?: string) {
          const old = await this.client.read(this.key(sid))
          if (!old || !this.alive(old)) return 'missing'
          if (expected !== undefined && old.text !== expected) return 'changed'
          await this.client.write(this.key(sid), row)
          return 'updated'
        }
      }
    },
  ),
]
