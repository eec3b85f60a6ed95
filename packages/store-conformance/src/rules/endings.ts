import { two } from './conditional-races.ts'
import type { RuleText } from './rule.ts'
import { rounds, writeAndOutlive } from './support/lives.ts'
import { redirect } from './support/redirects.ts'

const decision =
  'https://github.com/coatcheck/coatcheck/blob/main/docs/decisions/016-redirects-in-the-cookie.md'

/** Rules for stores that extend `RecordStore`: destroy() returns the record that it removes. */
export const endings: readonly RuleText[] = [
  {
    id: 'DEL-09',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence: 'destroy() of a replaced id ends the session.',
    why: 'A logout during a change of the id ends only the old id: the session lives on under the new one.',
    check: 'does _destroy return the text of the record that it removed, so that a redirect is found?',
    seenIn: 'stores whose destroy() knows only how many rows it removed',
    link: decision,
    needs: ['recordStore'],
    async run(t) {
      const store = await t.open()
      await store.set('third', t.session({ n: 1 }))
      await store.set('second', redirect(t, 'third'))
      await store.set('first', redirect(t, 'second'))
      await store.set('other', t.session({ n: 2 }))
      await store.destroy('first')
      for (const sid of ['first', 'second', 'third'])
        await t.gone(store, sid, 'after destroy() of its first id')
      await t.holds(store, 'other', { n: 2 }, 'after destroy() of another session')
    },
  },
  {
    id: 'DEL-10',
    axes: ['parallelism'],
    since: '1.1',
    level: 'MUST',
    sentence:
      'Of destroy() and a change of the id side by side, one ends the session or makes the other fail.',
    why: 'The user is told that they are logged out, but anyone with the new id is still logged in.',
    check: 'does one statement remove and return the record, rather than a read before the removal?',
    seenIn: 'a SELECT and then a DELETE',
    link: decision,
    needs: ['recordStore', 'conditional'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [one, other] = await two(t)
      for (const n of rounds(60)) {
        await one.set('old', t.session({ n }))
        await one.set('new', t.session({ n }))
        const loaded = await one.load('old')
        if (!loaded) return t.fail('reading a session for an update gave nothing, want the session')
        Object.assign(loaded, { cookie: redirect(t, 'new').cookie })
        const [replaced] = await t.staggered<unknown>([
          () => one.update('old', loaded),
          () => other.destroy('old'),
        ])
        await t.gone(one, 'old', 'after destroy() beside a change of the id')
        if (replaced === 'updated')
          await t.gone(one, 'new', 'after destroy() of its old id beside that change')
        else await one.destroy('new')
      }
    },
  },
  {
    id: 'DEL-11',
    axes: ['time', 'repetition'],
    since: '1.1',
    level: 'MUST',
    sentence: 'destroy() returns whether a session was there; an expired one was not.',
    why: 'A logout that ended nothing is confirmed, and an app that counts logouts counts what had timed out before.',
    check: 'does it check the expiry of the row that it removed, and return true or false?',
    seenIn: 'DELETE … RETURNING by sid alone, without a look at the expiry',
    link: 'https://github.com/expressjs/session#storedestroysid-callback',
    needs: ['recordStore'],
    slow: true,
    async run(t) {
      const store = await t.open()
      await store.set('live', t.session({ n: 1 }))
      t.equal(await store.call('destroy', 'live'), true, 'destroy() of a session')
      t.equal(await store.call('destroy', 'live'), false, 'a second destroy() of it')
      t.equal(await store.call('destroy', 'nobody'), false, 'destroy() of an unknown sid')
      const brief = t.brief({ n: 1 })
      await writeAndOutlive(t, brief, () => store.set('expired', brief))
      t.equal(await store.call('destroy', 'expired'), false, 'destroy() of an expired session')
    },
  },
]
