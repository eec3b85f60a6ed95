import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Callback, Data, ReferenceOptions, ReferenceStore } from './reference.ts'
import type { StoreClass } from './reference-subject.ts'

const later = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** touch() as read and write. `check`: look again whether the row is there, as late as can be, and only then write. */
function readsAndWrites(check: boolean) {
  return (Base: typeof ReferenceStore): StoreClass =>
    class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        if (!row || !this.alive(row)) return
        const { expires, fromCookie } = this.expiry(session)
        const renewed = { ...row, expires, fromCookie }
        if (check) await this.client.update(this.key(sid), renewed)
        else await this.client.write(this.key(sid), renewed)
      }
    }
}

/** set() field by field: each one is read, changed and written for itself. */
function fieldByField(Base: typeof ReferenceStore): StoreClass {
  return class extends Base {
    override async _set(sid: string, session: Data) {
      const plain = this.parse(this.serialize(session))
      for (const field of Object.keys(plain)) {
        const row = await this.client.read(this.key(sid))
        const old = row ? this.parse(row.text) : { cookie: plain.cookie }
        const text = this.serialize({ ...old, [field]: plain[field] })
        await this.client.write(this.key(sid), { ...this.row(session), text })
      }
    }
  }
}

export const concurrencyMutants: readonly Mutant[] = [
  mutant('ackEarly', 'CON-01', /get\("a"\) after set\(\) number \d+ gave/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        void later(10).then(() => this.client.write(this.key(sid), row))
      }
    }
  }),
  mutant('staleReads', 'CON-02', /in the other store after set\(\) number 2 gave \{n: 1/, Base => {
    return class extends Base {
      readonly cache = new Map<string, { row: Row | undefined; until: number }>()

      override async _get(sid: string) {
        const known = this.cache.get(sid)
        const fresh = known && known.until > Date.now()
        const row = fresh ? known.row : await this.client.read(this.key(sid))
        if (!fresh) this.cache.set(sid, { row, until: Date.now() + 500 })
        return row && this.alive(row) ? this.open(sid, row) : undefined
      }
    }
  }),
  mutant('lostUpdate', 'CON-03', /after 100 parallel set\(\) calls gave undefined/, Base => {
    return class extends Base {
      get file() {
        return `${this.start()}sessions.json`
      }

      override async _set(sid: string, session: Data) {
        const row = await this.client.read(this.file)
        const sessions = { ...(row && JSON.parse(row.text)), [sid]: session }
        await this.client.write(this.file, { ...this.row(session), text: JSON.stringify(sessions) })
      }

      override async _get(sid: string) {
        const row = await this.client.read(this.file)
        return row && JSON.parse(row.text)[sid]
      }
    }
  }),
  mutant('upsertRace', 'CON-04', /set\("round-\d", session\) failed with Error: UNIQUE/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const found = await this.client.read(this.key(sid))
        // The second look stands for the insert, which the database refuses where a row is.
        if (!found && (await this.client.read(this.key(sid)))) throw new Error('UNIQUE constraint failed')
        await this.client.write(this.key(sid), this.row(session))
      }
    }
  }),
  mutant('blendWrites', 'CON-04', /get\("round-\d"\) after eight parallel set\(\) calls gave/, fieldByField),
  mutant('nonAtomicReplace', 'CON-05', /get\("a"\) during set\(\) of version \d+ gave undefined/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        await this.client.remove(this.key(sid))
        await this.client.write(this.key(sid), this.row(session))
      }
    }
  }),
  mutant('tornWrite', 'CON-05', /get\("a"\) failed with Error: the stored session is damaged/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        const half = row.text.slice(0, row.text.length / 2)
        await this.client.write(this.key(sid), { ...row, text: half })
        await this.client.write(this.key(sid), row)
      }
    }
  }),
  mutant('tornLargeWrite', 'CON-05', /get\("a"\) failed with Error: the stored session is damaged/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        const text = row.text.slice(0, 65_536)
        if (text.length < row.text.length) await this.client.write(this.key(sid), { ...row, text })
        await super._set(sid, session)
      }
    }
  }),
  mutant('touchRMWchecked', 'CON-06', /after set\(\) and touch\(\) side by side gave/, readsAndWrites(true)),
  mutant('touchRMW', 'CON-07', /after destroy\(\) and touch\(\) side by side gave/, readsAndWrites(false)),
  mutant(
    'rarelyStale',
    'CON-08',
    /no order explains the calls of "[abc]": after .* none of these fits/,
    Base => {
      const before = new Map<string, Row | undefined>()
      let reads = 0
      return class extends Base {
        override async _set(sid: string, session: Data) {
          before.set(this.key(sid), await this.client.read(this.key(sid)))
          await super._set(sid, session)
        }

        override async _get(sid: string) {
          const row = before.get(this.key(sid))
          return ++reads % 6 === 0 && row ? this.open(sid, row) : super._get(sid)
        }
      }
    },
  ),
  mutant('dropsUnderLoad', 'CON-09', /\d+ of 500 calls at once were never answered: /, Base => {
    return class extends Base {
      flying = 0

      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        if (++this.flying > 300) return undefined
        return super.answer(() => work().finally(() => this.flying--), callback, afterClose)
      }
    }
  }),
  mutant(
    'refusesUnderLoad',
    'CON-09',
    /one of 500 calls at once, \w+\(\), gave the error Error: no free/,
    Base => {
      return class extends Base {
        flying = 0

        override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
          const full = ++this.flying > 300
          const limited = async (): Promise<unknown> => {
            if (full) throw new Error('no free connection')
            return work()
          }
          return super.answer(() => limited().finally(() => this.flying--), callback, afterClose)
        }
      }
    },
  ),
  mutant(
    'lazyInit',
    'CON-10',
    /one of 12 calls at once, set\(\), gave the error Error: not connected/,
    Base => {
      return class extends Base {
        ready = false

        constructor(options: ReferenceOptions) {
          super(options)
          setTimeout(() => (this.ready = true), 20).unref()
        }

        override async _set(sid: string, session: Data) {
          if (!this.ready) throw new Error('not connected yet')
          await super._set(sid, session)
        }
      }
    },
  ),
  mutant('clearDropsTable', 'CON-11', /set\("s\d+", session\) failed with Error: no such table/, Base => {
    let table = true
    return class extends Base {
      override async _clear() {
        table = false
        await super._clear()
        table = true
      }

      override async _set(sid: string, session: Data) {
        if (!table) throw new Error('no such table: sessions')
        await super._set(sid, session)
      }
    }
  }),
  mutant(
    'createTableRace',
    'CON-12',
    /first set\(\) of one of three new stores gave .* table already exists/,
    Base => {
      const tables = new Set<string>()
      return class extends Base {
        setUp: Promise<void> | undefined

        async createTable() {
          const found = tables.has(this.prefix)
          await this.client.read(this.key('')) // the answer of the database
          if (found) return
          if (tables.has(this.prefix)) throw new Error('table already exists')
          tables.add(this.prefix)
        }

        override async _set(sid: string, session: Data) {
          this.setUp ??= this.createTable()
          await this.setUp
          await super._set(sid, session)
        }
      }
    },
  ),
  mutant(
    'touchAndDestroyMeet',
    'CON-13',
    /after touch\(\) beside destroy\(\) \(in the order .*\) gave/,
    Base => {
      return class extends Base {
        override async _touch(sid: string, session: Data) {
          // So long ago that chance would hardly find the moment in between.
          for (let look = 0; look < 3; look++) if (!(await this.client.read(this.key(sid)))) return
          const row = await this.client.read(this.key(sid))
          if (row) await this.client.write(this.key(sid), { ...row, ...this.expiry(session) })
        }
      }
    },
  ),
  mutant(
    'touchAndSetMeet',
    'CON-14',
    /after touch\(\) beside set\(\) \(in the order .*\) gave/,
    readsAndWrites(true),
  ),
  mutant('setAndSetMeet', 'CON-15', /after two set\(\) calls \(in the order .*\) gave/, fieldByField),
]
