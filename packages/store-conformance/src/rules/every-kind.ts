import type { Entry } from '../calls/entries.ts'
import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { count, empty, list } from './support/listed.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

/** The store to write to, and the one to look into: another store object if there may be one. */
async function writerAndReader(t: Trial): Promise<[StoreHandle, StoreHandle]> {
  const one = await empty(t)
  return [one, t.has('shared') && t.has('strict') ? await t.open() : one]
}

/** Saves one session of each kind and returns their sids. */
async function everyKind(t: Trial, store: StoreHandle): Promise<string[]> {
  const sids = ['plain', 'browser', 'empty', 'touched', 'again', '_under', '-dash']
  await store.set('plain', t.session({ n: 1 }))
  await store.set('browser', t.session({ n: 1 }, { expires: null }))
  await store.set('empty', t.session({}))
  await store.set('touched', t.session({ n: 1 }))
  if (t.has('touch')) await store.touch('touched', t.session({ n: 1 }))
  await store.set('again', t.session({ n: 1 }))
  await store.destroy('again')
  await store.set('again', t.session({ n: 2 }))
  await store.set('_under', t.session({ n: 1 }))
  await store.set('-dash', t.session({ n: 1 }))
  const large = await store.outcome('set', ['large', t.session({ text: 'x'.repeat(100_000) })])
  return t.refused(large) ? sids : [...sids, 'large']
}

const kinds = 'browser sessions, empty, large and touched ones, those set again, and those of another store'

/** Rules on lists that leave out some sessions. */
export const everyKindOfSession: readonly RuleText[] = [
  {
    id: 'ENU-12',
    axes: ['size', 'repetition'],
    since: '1.1',
    clears: true,
    level: 'MUST',
    sentence: `all() has every kind of session: ${kinds}.`,
    why: 'A page of active sessions does not show the one that an attacker uses.',
    check:
      'does all() read an index that set() and touch() do not always write, or filter by a field that may be null?',
    seenIn: 'queries with expires > now, which leave out rows without expires',
    link: manual,
    needs: ['all'],
    async run(t) {
      const [one, other] = await writerAndReader(t)
      const before = (await list(t, other)).length
      const sids = await everyKind(t, one)
      for (const [store, which] of [
        [one, 'the store'],
        [other, 'another store'],
      ] as const) {
        const entries = await list(t, store)
        const listed = entries.flatMap(({ sid }) => (sid === undefined ? [] : [sid]))
        const missing = listed.length === entries.length ? sids.filter(sid => !listed.includes(sid)) : []
        t.equal(missing.join(', '), '', `the sids that all() of ${which} leaves out`)
        t.equal(entries.length - before, sids.length, `the number of new sessions in all() of ${which}`)
      }
    },
  },
  {
    id: 'ENU-13',
    axes: ['size', 'repetition'],
    since: '1.1',
    clears: true,
    level: 'MUST',
    sentence: `length() counts every kind of session once: ${kinds}.`,
    why: 'The number of active users is wrong, and a limit on it lets too many in, or too few.',
    check: 'is the count kept in the process, or raised by every call of set() and touch()?',
    seenIn: 'stores that count what they have written themselves',
    link: manual,
    needs: ['length'],
    async run(t) {
      const [one, other] = await writerAndReader(t)
      const before = [await count(t, one, 'before'), await count(t, other, 'before')]
      const sids = await everyKind(t, one)
      for (const [index, store] of [one, other].entries()) {
        const grown = (await count(t, store, 'after set()')) - before[index]!
        t.equal(grown, sids.length, `the growth of length() of ${index === 0 ? 'the' : 'another'} store`)
      }
    },
  },
  {
    id: 'ENU-14',
    axes: ['size', 'repetition'],
    since: '1.1',
    level: 'MUST',
    sentence: `clear() removes every kind of session: ${kinds}.`,
    why: 'After "log everybody out" the sessions of one kind live on.',
    check: 'does clear() delete by an index or a condition that some sessions do not meet?',
    seenIn: 'stores that clear the ids that they have written themselves',
    link: manual,
    needs: ['clear'],
    async run(t) {
      const [one, other] = await writerAndReader(t)
      const sids = await everyKind(t, one)
      await other.clear()
      for (const sid of sids) await t.gone(one, sid, 'after clear()')
    },
  },
  {
    id: 'ENU-15',
    axes: ['parallelism'],
    since: '1.1',
    level: 'MUST',
    sentence: 'all(), length() and clear() can run twice at once: results are complete and share no object.',
    why: 'Two administrators open the same page, and one of them sees an empty list or the changes of the other.',
    check: 'is a cursor, a buffer or a result kept in the store object while a call runs?',
    seenIn: 'stores that keep a scan cursor in the object',
    link: manual,
    needs: ['all'],
    clears: true,
    async run(t) {
      const store = await empty(t)
      const mine = (entries: readonly Entry[]): Entry[] =>
        entries.filter(({ session }) => session?.who === 'mine')
      const sids = ['a', 'b', 'c']
      for (const sid of sids) await store.set(sid, t.session({ who: 'mine', user: { name: 'ada' } }))
      const counts = t.has('length') ? await count(t, store, 'before two calls at once') : 0
      const [one, counted, two] = await Promise.all([
        list(t, store),
        t.has('length') ? count(t, store, 'beside all()') : 0,
        list(t, store),
      ])
      t.equal(mine(two).length, mine(one).length, 'the number of sessions in the second of two all() at once')
      t.equal(counted, counts, 'length() beside all()')
      const third = mine(await list(t, store))
      const objects = new Set([...mine(one), ...mine(two)].map(({ session }) => session.user))
      const shared = third.some(({ session }) => session.user && objects.has(session.user))
      t.ok(!shared, 'two results of all() share an object, want a copy for each')
      if (!t.has('clear')) return
      await Promise.all([store.clear(), store.clear()])
      for (const sid of sids) await t.gone(store, sid, 'after two clear() at once')
    },
  },
]
