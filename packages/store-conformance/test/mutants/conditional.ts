import { conditionalRaceMutants } from './conditional-races.ts'
import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import { recordsMutants } from './records.ts'
import type { Data } from './reference.ts'

const mark = Symbol.for('coatcheck.loaded')

export const conditionalMutants: readonly Mutant[] = [
  mutant(
    'casKeepsVersion',
    'CAS-01',
    /a second update, after the first one gave "changed", want "updated"/,
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          const before = session[mark]?.text
          await super._set(sid, session)
          if (before) session[mark].text = before
        }
      }
    },
  ),
  mutant(
    'casIgnoresVersion',
    'CAS-02',
    /the update of what another one has changed gave "updated", want "changed"/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row) {
          return super._update(sid, row)
        }
      }
    },
  ),
  mutant(
    'casWritesOnConflict',
    'CAS-02',
    /get\("a"\) after the refused update gave \{n: 3\}, want \{n: 2\}/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row, expected?: string) {
          const result = await super._update(sid, row, expected)
          if (result === 'changed') await super._update(sid, row)
          return result
        }
      }
    },
  ),
  mutant('casUpserts', 'CAS-03', /get\("a"\) after destroy\(\) and an update gave .*, want nothing/, Base => {
    return class extends Base {
      override async _update(sid: string, row: Row, expected?: string) {
        const result = await super._update(sid, row, expected)
        if (result !== 'missing') return result
        await this.client.write(this.key(sid), row)
        return 'updated'
      }
    }
  }),
  mutant(
    'casGoneIsConflict',
    'CAS-03',
    /the update of a destroyed session gave "changed", want "missing"/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row, expected?: string) {
          const result = await super._update(sid, row, expected)
          return result === 'missing' ? 'changed' : result
        }
      }
    },
  ),
  mutant(
    'updateUpserts',
    'CAS-04',
    /get\("a"\) after destroy\(\) and an update by existence gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row, expected?: string) {
          if (expected !== undefined) return super._update(sid, row, expected)
          await this.client.write(this.key(sid), row)
          return 'updated'
        }
      }
    },
  ),
  mutant(
    'updateAlwaysCompares',
    'CAS-04',
    /an update by existence of what another one has changed gave "changed"/,
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          if (session[mark]) session[mark].compare = true
          await super._set(sid, session)
        }
      }
    },
  ),
  mutant('casRevives', 'CAS-05', /get\("a"\) after its end and an update gave .*, want nothing/, Base => {
    return class extends Base {
      override async _update(sid: string, row: Row, expected?: string) {
        const old = await this.client.read(this.key(sid))
        if (expected === undefined || old?.text !== expected) return super._update(sid, row, expected)
        await this.client.write(this.key(sid), row)
        return 'updated'
      }
    }
  }),
  mutant(
    'updateRevives',
    'CAS-05',
    /get\("b"\) after its end and an update by existence gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row, expected?: string) {
          const old = await this.client.read(this.key(sid))
          if (expected !== undefined || !old) return super._update(sid, row, expected)
          await this.client.write(this.key(sid), row)
          return 'updated'
        }
      }
    },
  ),
  mutant(
    'setKeepsVersion',
    'CAS-07',
    /an update of what a plain set\(\) has changed gave "updated", want "changed"/,
    Base => {
      const versions = new Map<string, string>()
      return class extends Base {
        override async _update(sid: string, row: Row, expected?: string) {
          const key = this.key(sid)
          const known = versions.get(key) ?? expected
          if (expected !== undefined && known !== expected) return 'changed'
          versions.set(key, row.text)
          return super._update(sid, row)
        }
      }
    },
  ),
  mutant('touchBumps', 'CAS-08', /an update after touch\(\) gave "changed", want "updated"/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const row = await this.client.read(this.key(sid))
        if (!row) return
        const text = JSON.stringify({ ...JSON.parse(row.text), cookie: session.cookie })
        await this.client.update(this.key(sid), { text, ...this.expiry(session) })
      }
    }
  }),
  mutant(
    'countsVersions',
    'CAS-09',
    /an update after a set\(\) of the same content gave "changed", want "updated"/,
    Base => {
      let writes = 0
      return class extends Base {
        override serialize(session: Data) {
          return `${super.serialize(session)}${' '.repeat(++writes % 100)}`
        }
      }
    },
  ),
  mutant('otherSidIsGone', 'CAS-10', /set\("b", session\) failed with Error ERR_SESSION_GONE/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        if (session[mark]) session[mark].sid = sid
        await super._set(sid, session)
      }
    }
  }),
  mutant(
    'versionLeaks',
    'CAS-11',
    /the fields of a session read .* gave \["n", "version"\], want \["n"\]/,
    Base => {
      let version = 0
      return class extends Base {
        override serialize(session: Data) {
          return JSON.stringify({ ...session, version: ++version })
        }
      }
    },
  ),
  mutant(
    'markIsEnumerable',
    'CAS-11',
    /symbols in a copy of a session read for an update gave \["Symbol\(coatcheck.loaded\)"\]/,
    Base => {
      return class extends Base {
        override open(sid: string, row: Row) {
          const session = super.open(sid, row)
          return { ...session, [mark]: session[mark] }
        }
      }
    },
  ),
  mutant(
    'updateKeepsExpiry',
    'CAS-13',
    /after its old end, which an update has moved gave undefined/,
    Base => {
      return class extends Base {
        override async _update(sid: string, { text }: Row, expected?: string) {
          return this.client.update(this.key(sid), { text }, expected)
        }
      }
    },
  ),
  mutant(
    'updateNeverShortens',
    'CAS-13',
    /get\("b"\) after its new end, which an update has set gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row, expected?: string) {
          const old = await this.client.read(this.key(sid))
          const expires = Math.max(row.expires, old?.expires ?? 0)
          return super._update(sid, { ...row, expires }, expected)
        }
      }
    },
  ),
  mutant('remembersBySid', 'CAS-14', /set\("a", session\) failed with Error ERR_SESSION_GONE/, Base => {
    return class extends Base {
      readonly read = new Set<string>()
      override async _get(sid: string) {
        const session = await super._get(sid)
        if (session) this.read.add(sid)
        return session
      }
      override async _set(sid: string, session: Data) {
        const value = { sid, compare: false }
        if (this.read.has(sid) && !session[mark])
          Object.defineProperty(session, mark, { value, configurable: true })
        await super._set(sid, session)
      }
    }
  }),
  ...conditionalRaceMutants,
  ...recordsMutants,
]
