import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data, ReferenceStore } from './reference.ts'

/** A copy of the data only at its top. */
const shallow = (session: Data): Data => session && { ...session }

/** A base that keeps parsed sessions and gives them to every caller; `copy` says what a caller gets of them. */
function caching(Base: typeof ReferenceStore, copy: (session: Data) => Data = session => session) {
  const parsed = new Map<string, Data>()
  return class extends Base {
    override open(sid: string, row: Row) {
      if (!parsed.has(row.text)) parsed.set(row.text, super.open(sid, row))
      return copy(parsed.get(row.text))
    }
  }
}

/** A base that keeps the object itself beside the row, and gives copies of it. */
function keeping(Base: typeof ReferenceStore, note: (session: Data) => Data) {
  const live = new Map<string, Data>()
  return class extends Base {
    override async _set(sid: string, session: Data) {
      live.set(this.key(sid), note(session))
      await super._set(sid, session)
    }

    override open(sid: string, row: Row) {
      return super.open(sid, { ...row, text: JSON.stringify(live.get(this.key(sid))) })
    }
  }
}

export const aliasingMutants: readonly Mutant[] = [
  mutant('byRef', 'ISO-01', /after the object given to set\(\) was changed gave \{n: 2, /, Base =>
    keeping(Base, session => session),
  ),
  mutant('byRefNested', 'ISO-01', /given to set\(\) was changed gave \{n: 1, user: \{name: "eve"\}/, Base =>
    keeping(Base, shallow),
  ),
  mutant('cookieByRef', 'ISO-01', /cookie\.path after the object given .* gave "\/spoilt", want "\/"/, Base =>
    keeping(Base, session => ({ ...JSON.parse(JSON.stringify(session)), cookie: session.cookie })),
  ),
  mutant('sharedParse', 'ISO-02', /after the object of the first get\(\) was changed gave \{n: 2, /, Base =>
    caching(Base),
  ),
  mutant('shallowCopy', 'ISO-03', /two results of get\("a"\) share gave "\.user"/, Base =>
    caching(Base, shallow),
  ),
  mutant('sharedFlight', 'ISO-03', /two results of get\("a"\) at once share gave ""/, Base => {
    const flights = new Map<string, Promise<Data>>()
    return class extends Base {
      override _get(sid: string) {
        const key = this.key(sid)
        const flight = flights.get(key) ?? super._get(sid).finally(() => flights.delete(key))
        flights.set(key, flight)
        return flight
      }
    }
  }),
  mutant('lateSerialize', 'ISO-04', /while the first set\(\) was under way gave \{n: 2, /, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        await this.client.read(this.key(sid))
        await super._set(sid, session)
      }
    }
  }),
  mutant('awaitsConnection', 'ISO-04', /while the first set\(\) was under way gave \{n: 2, /, Base => {
    return class extends Base {
      connected: Promise<void> | undefined

      override async _set(sid: string, session: Data) {
        this.connected ??= new Promise(setImmediate)
        await this.connected
        await super._set(sid, session)
      }
    }
  }),
  mutant('mutatesArgDel', 'ISO-05', /set\(\) made of .*"lastModified":"today".* this: /, Base => {
    return class extends Base {
      override serialize(session: Data) {
        delete session.lastModified
        return super.serialize(session)
      }
    }
  }),
  mutant('fillsExpires', 'ISO-05', /set\(\) made of .*"expires":null.* this: .*"expires":"2/, Base => {
    return class extends Base {
      override serialize(session: Data) {
        session.cookie.expires ??= new Date(Date.now() + this.ttlMs)
        return super.serialize(session)
      }
    }
  }),
  mutant('touchStamps', 'ISO-05', /touch\(\) made of .* this: .*"touched":true/, Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        session.touched = true
        await super._touch(sid, session)
      }
    }
  }),
  mutant('allByRef', 'ISO-06', /after an object of all\(\) was changed gave \{n: 2/, Base => caching(Base)),
  mutant(
    'allCached',
    'ISO-06',
    /n in all\(\) after an object of an earlier all\(\) was changed gave 2/,
    Base => {
      let listed: unknown
      return class extends Base {
        override async _all() {
          listed ??= await super._all()
          return listed
        }
      }
    },
  ),
]
