import type { Row } from './database.ts'
import { endingsMutants } from './endings.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

const later = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

export const destroyMutants: readonly Mutant[] = [
  mutant('destroyNoop', 'DEL-01', /get\("a"\) after destroy\(\) gave .*, want nothing/, Base => {
    return class extends Base {
      override async _destroy() {}
    }
  }),
  mutant('destroyBackground', 'DEL-01', /get\("a"\) after destroy\(\) gave .*, want nothing/, Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        void later(15).then(() => super._destroy(sid))
      }
    }
  }),
  mutant('destroyMissingErrors', 'DEL-02', /destroy\("nobody"\) failed with Error: no such session/, Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        if (!(await this.client.remove(this.key(sid)))) throw new Error('no such session')
      }
    }
  }),
  mutant('destroyPrefix', 'DEL-03', /get\("ab"\) after destroy\("a"\) gave undefined/, Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        await this.client.removeAll(this.key(sid))
      }
    }
  }),
  mutant('writeBehind', 'DEL-04', /get\("a"\) \d+ ms after destroy\(\) gave .*, want nothing/, Base => {
    return class extends Base {
      readonly waiting = new Map<string, Row>()

      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        this.waiting.set(sid, row)
        void later(30).then(() => this.client.write(this.key(sid), row))
      }

      override async _get(sid: string) {
        const row = this.waiting.get(sid)
        return row ? this.open(sid, row) : super._get(sid)
      }

      override async _destroy(sid: string) {
        this.waiting.delete(sid)
        await super._destroy(sid)
      }
    }
  }),
  mutant('touchDebounced', 'DEL-04', /get\("a"\) \d+ ms after destroy\(\) gave .*, want nothing/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        void later(30).then(() => this.client.write(this.key(sid), this.row(session)))
      }
    }
  }),
  mutant('tombstoneDestroyed', 'DEL-05', /get\("a"\) set again after destroy\(\) gave undefined/, Base => {
    return class extends Base {
      readonly destroyed = new Set<string>()

      override async _destroy(sid: string) {
        this.destroyed.add(sid)
        await super._destroy(sid)
      }

      override async _get(sid: string) {
        return this.destroyed.has(sid) ? undefined : super._get(sid)
      }
    }
  }),
  mutant(
    'lengthOffAfterDestroy',
    'DEL-06',
    /length\(\), one of three sessions destroyed twice and an unknown one as well, gave 0, want 2/,
    Base => {
      return class extends Base {
        count = 0

        override async _set(sid: string, session: Data) {
          if (!(await this.client.read(this.key(sid)))) this.count++
          await super._set(sid, session)
        }

        override async _destroy(sid: string) {
          this.count--
          await super._destroy(sid)
        }

        override async _length() {
          return this.count
        }
      }
    },
  ),
  mutant('indexLeak', 'DEL-06', /length\(\), one of three sessions .* gave 3, want 2/, Base => {
    return class extends Base {
      readonly index = new Set<string>()

      override async _set(sid: string, session: Data) {
        this.index.add(sid)
        await super._set(sid, session)
      }

      override async _length() {
        return this.index.size
      }
    }
  }),
  mutant('handleCache', 'DEL-07', /in the other store after destroy\(\) gave .*, want nothing/, Base => {
    return class extends Base {
      readonly cache = new Map<string, Data>()

      override async _get(sid: string) {
        const session = this.cache.get(sid) ?? (await super._get(sid))
        if (session) this.cache.set(sid, session)
        return session
      }

      override async _destroy(sid: string) {
        this.cache.delete(sid)
        await super._destroy(sid)
      }
    }
  }),
  mutant('listLeak', 'DEL-08', /the number of destroyed sessions in all\(\) gave 1, want 0/, Base => {
    return class extends Base {
      readonly index = new Map<string, Data>()

      override async _set(sid: string, session: Data) {
        this.index.set(sid, this.parse(this.serialize(session)))
        await super._set(sid, session)
      }

      override async _all() {
        return [...this.index].map(([sid, session]) => ({ sid, session }))
      }
    }
  }),
  ...endingsMutants,
]
