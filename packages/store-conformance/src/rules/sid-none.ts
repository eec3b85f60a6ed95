import { show } from '../values/show.ts'
import type { RuleText } from './rule.ts'
import { findsNothing, taken, twoUsers } from './support/apart.ts'

const patterns = 'https://www.postgresql.org/docs/current/functions-matching.html'

/** Rules on sids that name no session: the empty one, and what is not a string. */
export const noSids: readonly RuleText[] = [
  {
    id: 'SID-12',
    axes: [],
    level: 'SHOULD',
    sentence: 'The empty sid is refused or ordinary; it never names another session.',
    why: 'A cookie without a value would find, or end, the session of somebody.',
    check: 'does an empty sid make a query or a pattern that matches everything?',
    seenIn: 'lookups by prefix: LIKE sid || "%"',
    link: patterns,
    async run(t) {
      const [store, unharmed] = await twoUsers(t)
      await findsNothing(t, store, '', 'beside two other sessions')
      await store.outcome('destroy', [''])
      await unharmed('after destroy("")')
      const ordinary = await taken(t, store, '', { who: 'nobody' })
      if (ordinary) await t.holds(store, '', { who: 'nobody' })
      await unharmed('after set("", session)')
      await store.outcome('destroy', [''])
      await findsNothing(t, store, '', 'after destroy("")')
      await unharmed('after a second destroy("")')
    },
  },
  {
    id: 'SID-13',
    axes: [],
    level: 'SHOULD',
    sentence: 'A sid that is not a string matches no session.',
    why: 'Where an app takes a sid from JSON or from a query, an object in its place would find, or end, any session.',
    check: 'does the sid go into a query object ({ sid }) unchecked? Refuse what is no string.',
    seenIn: 'connect-loki; MongoDB queries with { $ne: null }',
    link: 'https://cheatsheetseries.owasp.org/cheatsheets/Injection_Prevention_Cheat_Sheet.html',
    async run(t) {
      const [store, unharmed] = await twoUsers(t)
      const nothing: unknown[] = [
        { $ne: null },
        { $gt: '' },
        { $regex: '.*' },
        null,
        undefined,
        true,
        0,
        {},
        [],
      ]
      for (const odd of nothing) {
        const options = { mayHang: true, deadlineMs: 500 }
        const found = await store.outcome('get', [odd], options)
        t.ok(found.failed || t.isMiss(found), `get(${show(odd)}) gave ${show(found.value)}, want nothing`)
        await store.outcome('destroy', [odd], options)
        await unharmed(`after destroy(${show(odd)})`)
      }
    },
  },
]
