import type { Row } from './database.ts'
import { type Mutant, mutant } from './mutant.ts'
import { changingMutants } from './owners-changing.ts'
import type { Owned, ReferenceStore } from './reference.ts'

/** A base that takes two owners for the same if these forms of them are. */
function alikeBy(Base: typeof ReferenceStore, isAlike: (wanted: string, found: string) => boolean) {
  return class extends Base {
    override async _owned(owner: string) {
      const all = await this._found()
      return all.filter(({ session }) => session.owner !== undefined && isAlike(owner, session.owner))
    }
  }
}

/** The same by a form in which both are compared. */
function alikeIn(Base: typeof ReferenceStore, form: (owner: string) => string) {
  return alikeBy(Base, (wanted, found) => form(wanted) === form(found))
}

function patternOf(text: string, wildcards: Record<string, string>): RegExp {
  const parts = [...text].map(c => wildcards[c] ?? c.replace(/[\\^$.*+?()|{}[\]]/, '\\$&'))
  return new RegExp(`^${parts.join('')}$`, 's')
}

export const ownersMutants: readonly Mutant[] = [
  mutant('ownedByAnybody', 'OWN-01', /sessionsOf\(.*\) with three sessions gave \[1, 2, 3, 4\]/, Base => {
    return alikeBy(Base, () => true)
  }),
  mutant('ownedByNobody', 'OWN-01', /sessionsOf\(.*\) with three sessions gave \[1, 2, 3, 5\]/, Base => {
    return class extends Base {
      override async _owned(owner: string) {
        return (await this._found()).filter(({ session }) => [owner, undefined].includes(session.owner))
      }
    }
  }),
  mutant('countsAllOwners', 'OWN-01', /countOf\(.*\) with three sessions gave 5, want 3/, Base => {
    return class extends Base {
      override async countOf() {
        return (await this._found()).length
      }
    }
  }),
  mutant('listsWithoutData', 'OWN-01', /want a sid and a session/, Base => {
    return class extends Base {
      override _told(found: Owned) {
        return { ...super._told(found), session: undefined }
      }
    }
  }),
  mutant(
    'oldestFirst',
    'OWN-02',
    /the n of sessions used 0, 4, 9 and 18 minutes ago gave \[3, 1, 4, 2\]/,
    Base => {
      return class extends Base {
        override async *sessionsOf(owner: string) {
          const sessions = []
          for await (const session of super.sessionsOf(owner)) sessions.unshift(session)
          yield* sessions
        }
      }
    },
  ),
  mutant('createdWhenUsed', 'OWN-02', /the n of sessions created .* gave \[5, 6\]/, Base => {
    return class extends Base {
      override _told(found: Owned) {
        const told = super._told(found)
        return { ...told, createdAt: told.createdAt && told.touchedAt }
      }
    }
  }),
  mutant('usedWhenItEnds', 'OWN-02', /touchedAt is \d+ s off/, Base => {
    return class extends Base {
      override _told(found: Owned) {
        return { ...super._told(found), touchedAt: new Date(found.row.expires) }
      }
    }
  }),
  mutant('timesAsNumbers', 'OWN-02', /touchedAt is \d+, want a Date/, Base => {
    return class extends Base {
      override _told(found: Owned) {
        const told = super._told(found)
        return { ...told, touchedAt: told.touchedAt.valueOf() as never }
      }
    }
  }),
  mutant('exceptIgnored', 'OWN-03', /destroyAllOf\(\) but two of four gave 4, want 2/, Base => {
    return class extends Base {
      override async destroyAllOf(owner: string) {
        return super.destroyAllOf(owner)
      }
    }
  }),
  mutant('exceptIsOneId', 'OWN-03', /destroyAllOf\(\) but two of four gave 4, want 2/, Base => {
    return class extends Base {
      override async destroyAllOf(owner: string, { except }: { except?: string | string[] } = {}) {
        return super.destroyAllOf(owner, { except: String(except) })
      }
    }
  }),
  mutant('endsEverybody', 'OWN-03', /want 2/, Base => {
    return class extends Base {
      override async destroyAllOf(owner: string, options = {}) {
        const ended = await super.destroyAllOf(owner, options)
        return ended > 0
          ? ended + (await this.client.removeAll(this.start(), row => !row.text.includes(owner)))
          : 0
      }
    }
  }),
  mutant(
    'endsNobody',
    'OWN-03',
    /sessionsOf\(.*\) after destroyAllOf\(\) but two gave \[1, 2, 3, 4\]/,
    Base => {
      return class extends Base {
        override async destroyAllOf(owner: string, { except = [] }: { except?: string | string[] } = {}) {
          return (await this.countOf(owner)) - [except].flat().length
        }
      }
    },
  ),
  mutant('ownerPrefix', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeBy(Base, (wanted, found) => found.startsWith(wanted))
  }),
  mutant('ownerLike', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeBy(Base, (wanted, found) => patternOf(wanted, { '%': '.*', _: '.' }).test(found))
  }),
  mutant('ownerGlob', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeBy(Base, (wanted, found) => patternOf(wanted, { '*': '.*', '?': '.' }).test(found))
  }),
  mutant('ownerFolded', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeIn(Base, owner => owner.toLowerCase())
  }),
  mutant('ownerNormalized', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeIn(Base, owner => owner.normalize())
  }),
  mutant('ownerPadded', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeIn(Base, owner => owner.trimEnd())
  }),
  mutant('ownerCut', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeIn(Base, owner => owner.slice(0, 255))
  }),
  mutant('ownerUpToSeparator', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeIn(Base, owner => owner.replace(/:.*$/s, ''))
  }),
  mutant('ownerUpToNul', 'OWN-04', /sessionsOf\(.*\) with one session gave/, Base => {
    return alikeIn(Base, owner => owner.replace(/\0.*$/s, ''))
  }),
  mutant('listsExpiredOfOwner', 'OWN-05', /with one session expired gave \[1, 2\], want \[1\]/, Base => {
    return class extends Base {
      override async _owned(owner: string) {
        const all: [string, Row][] = await this.client.scan(this.start())
        return all
          .map(([key, row]) => {
            const sid = key.slice(this.start().length)
            return { sid, row, session: this.open(sid, row) }
          })
          .filter(({ session }) => session.owner === owner)
      }
    }
  }),
  ...changingMutants,
]
