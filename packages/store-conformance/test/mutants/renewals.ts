import { type Mutant, mutant } from './mutant.ts'
import type { Data, Renew } from './reference.ts'
import { isRenewed, tell } from './told.ts'
import { twice } from './twice.ts'

export const renewalsMutants: readonly Mutant[] = [
  ...twice(
    'renewalOnlyTold',
    'REN-01',
    /get\("a"\) after its old end, which a read says it has moved gave undefined/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          if (renew === null) return super._renew(sid, renew)
          const session = await this._get(sid)
          return session && tell(session, session.cookie.originalMaxAge === renew)
        }
      }
    },
  ),
  ...twice(
    'renewalAddsToWhatIsLeft',
    'REN-01',
    /get\("b"\) after the lifetime that a read says it has started anew gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const old = await this.client.read(this.key(sid))
          const session = await super._renew(sid, renew)
          if (renew !== null && isRenewed(session))
            await this.client.update(this.key(sid), { expires: old!.expires + renew })
          return session
        }
      }
    },
  ),
  mutant(
    'renewalInSeconds',
    'REN-01',
    /get\("a"\) after its old end, which a read says it has moved gave undefined/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const session = await super._renew(sid, renew)
          if (renew !== null && isRenewed(session))
            await this.client.update(this.key(sid), { expires: Date.now() + renew / 1000 })
          return session
        }
      }
    },
  ),
  mutant('renewalEmpties', 'REN-01', /get\("a"\) with a touch gave \{\}, want \{n: 1\}/, Base => {
    return class extends Base {
      override async _renew(sid: string, renew: Renew) {
        const session = await super._renew(sid, renew)
        if (isRenewed(session)) delete session.n
        return session
      }
    }
  }),
  ...twice(
    'renewalNullNoop',
    'REN-02',
    /get\("a"\) after reads across the default lifetime of \d+ ms gave undefined/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          if (renew !== null) return super._renew(sid, renew)
          const session = await this._get(sid)
          return session && tell(session, session.cookie.originalMaxAge === null)
        }
      }
    },
  ),
  ...twice(
    'renewalNullImmortal',
    'REN-02',
    /get\("b"\) after a read and the default lifetime of \d+ ms gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const session = await super._renew(sid, renew)
          if (renew === null && isRenewed(session))
            await this.client.update(this.key(sid), { expires: Number.POSITIVE_INFINITY })
          return session
        }
      }
    },
  ),
  mutant(
    'renewalOfAny',
    'REN-03',
    /whether a read for \d+ ms has renewed a session of 60000 gave true, want false/,
    Base => {
      return class extends Base {
        override beginning() {
          return ''
        }
      }
    },
  ),
  mutant(
    'renewalByFirstDigits',
    'REN-03',
    /whether a read for 6000 ms has renewed a session of 60000 gave true, want false/,
    Base => {
      return class extends Base {
        override beginning(renew: Renew) {
          return super.beginning(renew).slice(0, -1)
        }
      }
    },
  ),
  ...twice(
    'renewalOfLongerUntold',
    'REN-03',
    /get\("long"\) after \d+ ms, for which a read asked gave undefined/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const session = await super._renew(sid, renew)
          if (session?.cookie.originalMaxAge > renew!)
            await this.client.update(this.key(sid), this.expiry({ cookie: { maxAge: renew } }))
          return session
        }
      }
    },
  ),
  ...twice(
    'renewalOfShorterUntold',
    'REN-03',
    /get\("of-6000"\) after its end and a read that asked for 60000 ms gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const session = await super._renew(sid, renew)
          if (session?.cookie.originalMaxAge < renew!)
            await this.client.update(this.key(sid), this.expiry({ cookie: { maxAge: renew } }))
          return session
        }
      }
    },
  ),
  ...twice('renewalRevives', 'REN-04', /get\("expired"\) with a touch gave .*, want undefined/, Base => {
    return class extends Base {
      override async _renew(sid: string, renew: Renew) {
        const row = await this.client.read(this.key(sid))
        const again = this.expiry({ cookie: { maxAge: renew } })
        if (row && !this.alive(row)) await this.client.write(this.key(sid), { ...row, ...again })
        return super._renew(sid, renew)
      }
    }
  }),
  ...twice(
    'renewalRevivesUnseen',
    'REN-04',
    /get\("expired"\) after a touch on read gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const row = await this.client.read(this.key(sid))
          if (!row || this.alive(row)) return super._renew(sid, renew)
          await this.client.write(this.key(sid), { ...row, ...this.expiry({ cookie: { maxAge: renew } }) })
          return undefined
        }
      }
    },
  ),
  mutant(
    'renewalInserts',
    'REN-05',
    /get\("a"\) after destroy\(\) and touches on read side by side gave .*, want nothing/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const row = await this.client.read(this.key(sid))
          const session = await super._renew(sid, renew)
          if (session || !row || !this.alive(row)) return session
          await this.client.write(this.key(sid), { ...row, ...this.expiry({ cookie: { maxAge: renew } }) })
          return tell(this.open(sid, row), true)
        }
      }
    },
  ),
  mutant(
    'renewalWritesBack',
    'REN-06',
    /get\("a"\) after set\(\) and touches on read side by side gave \{n: \d+\}, want \{n: \d+\}/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const session = await super._renew(sid, renew)
          const row = isRenewed(session) && (await this.client.read(this.key(sid)))
          if (row) await this.client.update(this.key(sid), row)
          return session
        }
      }
    },
  ),
  mutant(
    'renewalWritesTheCookie',
    'REN-07',
    /an update of what was read before a renewal gave "changed", want "updated"/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const session = await super._renew(sid, renew)
          const row = isRenewed(session) && (await this.client.read(this.key(sid)))
          if (!row) return session
          const { cookie, ...data } = JSON.parse(row.text)
          const text = JSON.stringify({ cookie: { ...cookie, expires: new Date(row.expires) }, ...data })
          await this.client.update(this.key(sid), { text }, row.text)
          return session
        }
      }
    },
  ),
  mutant(
    'renewalGivesAnotherText',
    'REN-07',
    /an update of what a touch on read gave gave "changed", want "updated"/,
    Base => {
      return class extends Base {
        override async _renew(sid: string, renew: Renew) {
          const session = await super._renew(sid, renew)
          if (isRenewed(session)) session[Symbol.for('coatcheck.loaded')].text += ' '
          return session
        }
      }
    },
  ),
  mutant('renewalFailsTheRead', 'REN-08', /get\("a"\) failed with .*read-only/, Base => {
    return class extends Base {
      override async _renew(sid: string, renew: Renew) {
        const [row, change] = [
          await this.client.read(this.key(sid)),
          this.expiry({ cookie: { maxAge: renew } }),
        ]
        const found = await this.client.readAndUpdate(this.key(sid), this.beginning(renew), change)
        return row && found && tell(this.open(sid, found.row), found.updated)
      }
    }
  }),
  mutant('renewalWaitsForTheLock', 'REN-08', /get\("a", .*\) was not answered within 1000 ms/, Base => {
    return class extends Base {
      override async _renew(sid: string, renew: Renew): Promise<Data> {
        for (let attempt = 0; attempt < 200; attempt++) {
          const session = await super._renew(sid, renew)
          if (!session || isRenewed(session)) return session
          await new Promise(resolve => setTimeout(resolve, 20))
        }
      }
    }
  }),
]
