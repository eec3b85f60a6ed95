import { two } from './conditional-races.ts'
import { family, type Rule } from './rule.ts'
import { rounds, writeAndOutlive } from './support/lives.ts'
import { redirect } from './support/redirects.ts'

const decision =
  'https://github.com/coatcheck/coatcheck/blob/main/docs/decisions/010-a-login-is-a-combined-operation.md'

/** For stores whose `exchange` is declared as a combined operation of `destroy`, `set` and `regenerate`, as in `RecordStore`. */
export const exchanges: readonly Rule[] = family('exchanges', [
  {
    id: 'EXC-01',
    axes: [],
    level: 'MUST',
    sentence:
      'After an exchange the old session is gone, the new one is there, and all others are as they were.',
    why: 'A session id that was planted before the login still works after it, or the user is not logged in at all.',
    check: 'does it remove the old one and write the new one, each by its own sid, and nothing else?',
    seenIn: 'logins that forget to end the session of the visitor',
    link: 'https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#renew-the-session-id-after-any-privilege-level-change',
    needs: ['exchange'],
    async run(t) {
      const store = await t.open()
      await store.set('old', t.session({ n: 1 }))
      await store.set('other', t.session({ n: 2 }))
      t.equal(await store.exchange('old', 'new', t.session({ n: 3 })), true, 'an exchange of a session')
      await t.gone(store, 'old', 'after it was exchanged')
      await t.holds(store, 'new', { n: 3 }, 'after an exchange')
      await t.holds(store, 'other', { n: 2 }, 'after an exchange of another session')
    },
  },
  {
    id: 'EXC-02',
    axes: ['repetition'],
    level: 'MUST',
    sentence:
      'An exchange returns whether the old session was there; if it was not, the new one is stored unless the old one was required.',
    why: 'A session that was ended elsewhere lives on under a new id with the data that was kept, or nobody can log in twice.',
    check: 'does what it has removed decide its answer, and whether it writes?',
    seenIn: 'a delete whose count nobody looks at',
    link: decision,
    needs: ['exchange'],
    async run(t) {
      const store = await t.open()
      await store.set('destroyed', t.session({ n: 1 }))
      await store.destroy('destroyed')
      for (const old of ['destroyed', 'nobody']) {
        const required = await store.exchange(old, `kept-${old}`, t.session({ n: 2 }), true)
        t.equal(required, false, `an exchange of "${old}", which is required and not there`)
        await t.gone(store, `kept-${old}`, 'after an exchange of what was required and not there')
        const there = await store.exchange(old, `new-${old}`, t.session({ n: 3 }))
        t.equal(there, false, `an exchange of "${old}", which is not there`)
        await t.holds(store, `new-${old}`, { n: 3 }, 'after an exchange of what was not there')
      }
      const there = await store.exchange('new-nobody', 'last', t.session({ n: 4 }), true)
      t.equal(there, true, 'an exchange of a session that is required and there')
      await t.holds(store, 'last', { n: 4 }, 'after an exchange of what was required and there')
    },
  },
  {
    id: 'EXC-03',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Of several exchanges at once that require the same session exactly one finds it.',
    why: 'Two clicks on "log in" make two sessions of one cart, and both can be paid.',
    check: 'does one statement find and remove the old one, rather than a read before it?',
    seenIn: 'stores that read the old session, then delete it and write the new one',
    link: decision,
    needs: ['exchange'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const stores = await two(t)
      for (const round of rounds(20)) {
        await stores[0].set('old', t.session({ round }))
        const sids = [0, 1, 2, 3, 4, 5].map(n => `${round}-${n}`)
        const won = await t.staggered(
          sids.map((sid, n) => () => stores[n % 2]!.exchange('old', sid, t.session({ n }), true)),
        )
        const winners = sids.filter((_, n) => won[n])
        t.ok(
          winners.length === 1,
          `${winners.length} of 6 exchanges at once found the session, want exactly one`,
        )
        for (const [n, sid] of sids.entries()) {
          if (won[n]) await t.holds(stores[1], sid, { n }, 'after one of six exchanges found the session')
          else await t.gone(stores[1], sid, 'after another one of six exchanges found the session')
        }
      }
    },
  },
  {
    id: 'EXC-04',
    axes: ['time'],
    level: 'MUST',
    sentence: 'An exchange finds no expired session, deleted or not.',
    why: 'An expired session lives on under a new id: the timeout protects nobody.',
    check: 'does it look at the expiry of the row that it removes?',
    seenIn: 'DELETE … RETURNING by sid alone',
    link: 'https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#session-expiration',
    needs: ['exchange'],
    slow: true,
    async run(t) {
      const store = await t.open()
      const brief = t.session({ n: 1 }, { maxAge: t.life })
      await writeAndOutlive(t, brief, () => store.set('old', brief))
      t.equal(
        await store.exchange('old', 'new', t.session({ n: 2 }), true),
        false,
        'an exchange of an expired session',
      )
      await t.gone(store, 'new', 'after an exchange of an expired session, which was required')
    },
  },
  {
    id: 'EXC-05',
    axes: ['time'],
    level: 'MUST',
    sentence: 'The new session ends when its own cookie says, not when the old one would have.',
    why: 'A login of ten minutes lasts as long as the session before it could have, or ends with that session.',
    check: 'is the expiry written with the rest, even if a row is changed instead of inserted?',
    seenIn: 'an exchange that renames the row and replaces its data',
    link: 'https://github.com/expressjs/session#cookieexpires',
    needs: ['exchange'],
    slow: true,
    async run(t) {
      const store = await t.open()
      await store.set('long', t.session({ n: 1 }))
      const brief = t.session({ n: 2 }, { maxAge: t.life })
      await writeAndOutlive(t, brief, async () => {
        await store.exchange('long', 'brief', brief)
      })
      await t.gone(
        store,
        'brief',
        'after its end, which comes before that of the session that it was exchanged for',
      )
    },
  },
  {
    id: 'EXC-06',
    axes: ['repetition'],
    since: '1.1',
    level: 'MUST',
    sentence: 'An exchange that fails leaves the old session unchanged, no matter where it fails.',
    why: 'A login that fails because the database goes away loses the cart, or the session that was there.',
    check: 'is the old one removed before the new one is written, without a transaction around both?',
    seenIn: 'a delete and then an insert',
    link: decision,
    needs: ['exchange', 'chaos'],
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      for (let commands = 0; commands < 20; commands++) {
        const [old, sid] = [`old-${commands}`, `new-${commands}`]
        await store.set(old, t.session({ n: 1 }))
        t.chaos.downAfter(commands)
        const { failed } = await store.outcome('exchange', [
          old,
          sid,
          t.session({ n: 2 }),
          { required: true },
        ])
        await t.up()
        if (failed) {
          await t.holds(
            store,
            old,
            { n: 1 },
            `after an exchange whose backend was down after ${commands} commands`,
          )
          continue
        }
        await t.gone(store, old, 'after an exchange')
        await t.holds(store, sid, { n: 2 }, 'after an exchange')
        return
      }
      t.unverified('an exchange takes more than 20 commands')
    },
  },
  {
    id: 'EXC-07',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence: 'An exchange of a replaced id ends the session.',
    why: 'A login during a change of the id leaves the old session in use under its new id.',
    check: 'does _exchange return the text of the record that it removed, so that a redirect is found?',
    seenIn: 'an exchange that knows only how many rows it removed',
    link: decision,
    needs: ['exchange', 'recordStore'],
    async run(t) {
      const store = await t.open()
      await store.set('new', t.session({ n: 1 }))
      await store.set('old', redirect(t, 'new'))
      t.equal(await store.exchange('old', 'login', t.session({ n: 2 })), true, 'an exchange of an old id')
      await t.gone(store, 'old', 'after an exchange')
      await t.gone(store, 'new', 'after an exchange of its old id')
      await t.holds(store, 'login', { n: 2 }, 'after an exchange')
    },
  },
])
