import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

export const listingMutants: readonly Mutant[] = [
  mutant('allRaw', 'ENU-01', /the number of sessions \{who: "a"\} in all\(\) gave 0, want 1/, Base => {
    return class extends Base {
      override async _all() {
        return (await this.rows()).map(([key, row]) => ({ sid: key, sess: row.text, expire: row.expires }))
      }
    }
  }),
  mutant('allStale', 'ENU-01', /n of \{who: "c"\} in all\(\) gave 1, want 2/, Base => {
    const first = new Map<string, Data>()
    return class extends Base {
      override async _set(sid: string, session: Data) {
        if (!first.has(this.key(sid))) first.set(this.key(sid), JSON.parse(JSON.stringify(session)))
        await super._set(sid, session)
      }

      override async _all() {
        return (await this.rows()).map(([key]) => first.get(key))
      }
    }
  }),
  mutant('allWithKeys', 'ENU-01', /the sid of \{who: "a"\} in all\(\) gave ".+a", want "a"/, Base => {
    return class extends Base {
      override async _all() {
        return (await this.live()).map(({ sid, session }) => ({ sid: this.key(sid), session }))
      }
    }
  }),
  mutant('allWithoutCookie', 'ENU-01', /all\(\) gave \{who: "a"\} without a cookie/, Base => {
    return class extends Base {
      override async _all() {
        return (await this.live()).map(({ sid, session: { cookie, ...session } }) => ({ sid, session }))
      }
    }
  }),
  mutant('lengthString', 'ENU-02', /length\(\) of a new store gave "0", want a number/, Base => {
    return class extends Base {
      override async _length() {
        return String(await super._length())
      }
    }
  }),
  mutant('lengthCountsWrites', 'ENU-02', /after a set\(\) of the same sid gave 4, want 3/, Base => {
    const writes = new Map<string, number>()
    return class extends Base {
      override async _set(sid: string, session: Data) {
        writes.set(this.prefix, (writes.get(this.prefix) ?? 0) + 1)
        await super._set(sid, session)
      }

      override async _length() {
        return writes.get(this.prefix) ?? 0
      }
    }
  }),
  mutant('clearNoop', 'ENU-03', /get\(\) finds after clear\(\) of 1203 gave 1203, want 0/, Base => {
    return class extends Base {
      override async _clear() {}
    }
  }),
  mutant('clearPage100', 'ENU-03', /get\(\) finds after clear\(\) of 1203 gave 1103, want 0/, Base => {
    return class extends Base {
      override async _clear() {
        for (const [key] of (await this.rows()).slice(0, 100)) await this.client.remove(key)
      }
    }
  }),
  mutant('clearKeepsCount', 'ENU-03', /length\(\) after clear\(\) gave 1203, want 0/, Base => {
    return class extends Base {
      sids = new Set<string>()

      override async _set(sid: string, session: Data) {
        this.sids.add(sid)
        await super._set(sid, session)
      }

      override async _length() {
        return this.sids.size
      }
    }
  }),
  mutant(
    'clearEmptyErrors',
    'ENU-04',
    /the first clear\(\) of an empty store failed with Error: wrong number/,
    Base => {
      return class extends Base {
        override async _clear() {
          const keys = await this.client.scan(this.start())
          if (keys.length === 0) throw new Error("wrong number of arguments for 'del' command")
          await super._clear()
        }
      }
    },
  ),
  mutant('allEmptyNull', 'ENU-05', /all\(\) gave null, want an array or a record/, Base => {
    return class extends Base {
      override async _all() {
        const found = await this.live()
        return found.length > 0 ? found : null
      }
    }
  }),
  mutant('allPage1000', 'ENU-06', /sessions in all\(\) after set\(\) of 1203 gave 1000, want 1203/, Base => {
    return class extends Base {
      override async _all() {
        return (await this.live()).slice(0, 1000)
      }
    }
  }),
  mutant(
    'allDup',
    'ENU-06',
    /entries in all\(\), doubles included, after 1203 set\(\), gave 1213, want 1203/,
    Base => {
      return class extends Base {
        override async _all() {
          const found = await this.live()
          return found.length > 1000 ? [...found, ...found.slice(500, 510)] : found
        }
      }
    },
  ),
  mutant(
    'lengthPage1000',
    'ENU-06',
    /the growth of length\(\) by 1203 set\(\) gave 1000, want 1203/,
    Base => {
      return class extends Base {
        override async _length() {
          return Math.min(1000, (await this.rows()).length)
        }
      }
    },
  ),
  mutant('allOverwritesId', 'ENU-07', /id of the session in all\(\) gave "a", want "user-42"/, Base => {
    return class extends Base {
      override async _all() {
        return (await this.live()).map(({ sid, session }) => ({ ...session, id: sid }))
      }
    }
  }),
  mutant(
    'allAddsMeta',
    'ENU-07',
    /fields that a session in all\(\) has and set\(\) did not gave "expiresAt"/,
    Base => {
      return class extends Base {
        override async _all() {
          return (await this.live()).map(({ session }) => ({ ...session, expiresAt: session.cookie.expires }))
        }
      }
    },
  ),
  mutant('allProtoObject', 'ENU-08', /sessions \{who: "__proto__"\} in all\(\) gave 0, want 1/, Base => {
    return class extends Base {
      override async _all() {
        const result: Data = {}
        for (const { sid, session } of await this.live()) result[sid] = session
        return result
      }
    }
  }),
  mutant('allSplitsKeys', 'ENU-08', /the sid of \{who: "a:b"\} in all\(\) gave "b", want "a:b"/, Base => {
    return class extends Base {
      override async _all() {
        return (await this.live()).map(({ sid, session }) => ({ sid: sid.split(':').pop(), session }))
      }
    }
  }),
  mutant('clearBreaks', 'ENU-09', /set\("a", session\) failed with Error: no such table/, Base => {
    return class extends Base {
      dropped = false

      override async _clear() {
        await super._clear()
        this.dropped = true
      }

      override async _set(sid: string, session: Data) {
        if (this.dropped) throw new Error('no such table: sessions')
        await super._set(sid, session)
      }
    }
  }),
]
