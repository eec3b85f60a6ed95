import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data, Owned, ReferenceOptions, ReferenceStore } from './reference.ts'

/** An index that lacks the sessions whose sids are in `unlisted`. */
function withUnlisted(Base: typeof ReferenceStore) {
  return class extends Base {
    readonly unlisted = new Set<string>()

    override async _owned(owner: string) {
      return (await super._owned(owner)).filter(({ sid }) => !this.unlisted.has(sid))
    }
  }
}

export const changingMutants: readonly Mutant[] = [
  mutant(
    'firstOwnerStays',
    'OWN-06',
    /after its session got another owner, the first time gave \[1\]/,
    Base => {
      return class extends Base {
        readonly owners = new Map<string, string>()

        override async _owned(owner: string) {
          return (await this._found()).filter(({ sid, session }) => {
            if (session.owner !== undefined && !this.owners.has(sid)) this.owners.set(sid, session.owner)
            return this.owners.get(sid) === owner
          })
        }
      }
    },
  ),
  mutant(
    'everyOwnerStays',
    'OWN-06',
    /after its session got another owner, the first time gave \[1\]/,
    Base => {
      return class extends Base {
        readonly owners = new Map<string, Set<string>>()

        override async _owned(owner: string) {
          const all = await this._found()
          for (const { sid, session } of all) {
            if (session.owner !== undefined)
              this.owners.set(session.owner, (this.owners.get(session.owner) ?? new Set()).add(sid))
          }
          return all.filter(({ sid }) => this.owners.get(owner)?.has(sid))
        }
      }
    },
  ),
  mutant('insertHasNoOwner', 'OWN-07', /after insert\(\) gave \[\], want \[1\]/, Base => {
    return class extends withUnlisted(Base) {
      override async _insert(sid: string, row: Row) {
        this.unlisted.add(sid)
        return super._insert(sid, row)
      }
    }
  }),
  mutant('exchangeHasNoOwner', 'OWN-07', /after an exchange of its session gave \[\], want \[2\]/, Base => {
    return class extends withUnlisted(Base) {
      override async _exchange(old: string, sid: string, row: Row, required: boolean) {
        this.unlisted.add(sid)
        return super._exchange(old, sid, row, required)
      }
    }
  }),
  mutant('touchForgetsOwner', 'OWN-07', /after touch\(\) gave \[\], want \[1\]/, Base => {
    return class extends withUnlisted(Base) {
      override async _touch(sid: string, session: Data) {
        this.unlisted.add(sid)
        await super._touch(sid, session)
      }
    }
  }),
  mutant(
    'endsWhatHasNotChanged',
    'OWN-08',
    /after destroyAllOf\(\) beside touches and saves of it gave/,
    Base => {
      return class extends Base {
        override async destroyAllOf(owner: string) {
          const ended = await Promise.all(
            (await this._owned(owner)).map(({ sid, row }) => {
              const dead: Row = { ...row, expires: 1 }
              return this.client.update(this.key(sid), dead, row.text)
            }),
          )
          return ended.filter(result => result === 'updated').length
        }
      }
    },
  ),
  mutant(
    'savesWhatHasEnded',
    'OWN-08',
    /after destroyAllOf\(\) beside touches and saves of it gave/,
    Base => {
      return class extends Base {
        override async _update(sid: string, row: Row) {
          await this.client.write(this.key(sid), row)
          return 'updated' as const
        }
      }
    },
  ),
  mutant(
    'firstPageOfOwner',
    'OWN-09',
    /the number of sessions in sessionsOf\(\) with 1203 gave 1000/,
    Base => {
      return class extends Base {
        override async _owned(owner: string) {
          return (await super._owned(owner)).slice(0, 1000)
        }
      }
    },
  ),
  mutant('endsFirstBatch', 'OWN-09', /destroyAllOf\(\) with 1203 sessions gave 500, want 1203/, Base => {
    return class extends Base {
      override async destroyAllOf(owner: string) {
        const batch = (await this._owned(owner)).slice(0, 500)
        for (const { sid } of batch) await this._destroy(sid)
        return batch.length
      }
    }
  }),
  mutant('ownersNeedNewTable', 'OWN-10', /get\("c"\) of a store with owners gave undefined/, Base => {
    return class extends Base {
      override start() {
        return this.owner === undefined ? super.start() : `owners ${super.start()}`
      }
    }
  }),
  mutant('ownersLockOthersOut', 'OWN-10', /failed with Error: column "owner" has no default/, Base => {
    let isNew = false
    return class extends Base {
      constructor(options: ReferenceOptions) {
        super(options)
        if (options.owner !== undefined) isNew = true
      }

      override async _set(sid: string, session: Data) {
        if (isNew && this.owner === undefined) throw new Error('column "owner" has no default')
        await super._set(sid, session)
      }
    }
  }),
  mutant(
    'onlyNewSessionsHaveOwners',
    'OWN-10',
    /after a save of the session that was there before gave \[3\]/,
    Base => {
      const known = new Set<string>()
      return class extends Base {
        override async _set(sid: string, session: Data) {
          if (this.owner !== undefined && !(await this.client.read(this.key(sid)))) known.add(this.key(sid))
          await super._set(sid, session)
        }

        override async _owned(owner: string) {
          return (await super._owned(owner)).filter(({ sid }) => known.has(this.key(sid)))
        }
      }
    },
  ),
  mutant(
    'listsDatabaseKeys',
    'OWN-11',
    /get\("s1"\) after destroy\(\) of the sid that sessionsOf\(\) gave gave/,
    Base => {
      return class extends Base {
        override _told(found: Owned) {
          return { ...super._told(found), sid: this.key(found.sid) }
        }
      }
    },
  ),
]
