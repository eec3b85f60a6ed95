import type { StoreHandle } from '../calls/handle.ts'
import { textOf } from '../errors.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { eachOf, list, numbered, setMany } from './support/listed.ts'
import { lasts, patiently } from './support/lives.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

/** Ends many sessions, and runs `disturb` in parallel with a set() of each of them, which must win. */
async function setBeside(
  t: Trial,
  what: string,
  disturb: (store: StoreHandle, sid: string) => Promise<unknown>,
) {
  const store = await t.open()
  const other = t.has('shared') ? await t.open() : store
  const sids = numbered(24)
  const brief = t.brief({ n: 1 })
  await eachOf(t, sids, sid => store.set(sid, brief))
  await t.outlive(brief)
  await t.staggered(
    sids.flatMap(sid => [
      () => disturb(other, sid),
      async () => store.set(sid, t.session({ n: 2 })),
      () => disturb(other, sid),
    ]),
  )
  for (const sid of sids) await t.holds(store, sid, { n: 2 }, `set beside a ${what} of its expired session`)
}

/** Rules on calls at the end of a session, or on listings while sessions change. */
export const besideExpiry: readonly RuleText[] = [
  {
    id: 'EXP-22',
    axes: ['parallelism', 'time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'get() of an expired session beside a set() of that sid leaves the new one.',
    why: 'Two requests arrive with an old cookie: one logs in, the other removes the new session along with the old one.',
    check:
      'does get() delete what it found expired, by sid alone? Leave it to the sweep, or compare the expiry.',
    seenIn: 'stores that clean up in get()',
    link: manual,
    slow: true,
    stochastic: true,
    run: t => setBeside(t, 'get()', (store, sid) => store.outcome('get', [sid])),
  },
]

export const besideTouch: readonly RuleText[] = [
  {
    id: 'TCH-15',
    axes: ['time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'touch() is seen at once by another store on the same sessions.',
    why: 'The next request goes to another process, for which the session of an active user has ended.',
    check: 'is there a cache of sessions, or of their ends, in the process?',
    seenIn: 'stores with a read cache in each process',
    link: 'https://github.com/expressjs/session#storetouchsid-session-callback',
    needs: ['touch', 'shared', 'strict'],
    lane: 'wait',
    async run(t) {
      const [one, other] = await t.pair()
      await patiently(t, async life => {
        const brief = t.session({ n: 1 }, { maxAge: life })
        await one.set('a', brief)
        const before = await other.get('a')
        await one.touch('a', t.session({ n: 1 }))
        if (!before || !lasts(brief)) return false
        await t.outlive(brief)
        await t.holds(other, 'a', { n: 1 }, 'in the other store after touch() and the old expiry')
        return true
      })
    },
  },
  {
    id: 'TCH-16',
    axes: ['parallelism', 'time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'touch() of an expired session beside a set() of that sid leaves the new one.',
    why: 'Two requests arrive with an old cookie: one logs in, and the touch of the other undoes it.',
    check: 'does touch() delete, or write back, what it found expired?',
    seenIn: 'stores whose touch() reads and writes',
    link: 'https://github.com/expressjs/session#storetouchsid-session-callback',
    needs: ['touch'],
    slow: true,
    stochastic: true,
    run: t => {
      const old = t.session({ n: 3 })
      return setBeside(t, 'touch()', (store, sid) => store.outcome('touch', [sid, old]))
    },
  },
]

export const besideListing: readonly RuleText[] = [
  {
    id: 'ENU-10',
    axes: ['repetition'],
    since: '1.1',
    level: 'MUST',
    sentence: 'clear() is seen at once by another store on the same sessions.',
    why: 'After "log everybody out" all are still logged in to the other processes, until their caches forget them.',
    check: 'is there a cache of sessions in the process?',
    seenIn: 'stores with a read cache in each process',
    link: manual,
    needs: ['clear', 'shared', 'strict'],
    async run(t) {
      const [one, other] = await t.pair()
      for (const time of ['', 'a second ']) {
        await one.set('a', t.session({ n: 1 }))
        await other.get('a')
        await one.clear()
        await t.gone(other, 'a', `in the other store after ${time}clear()`)
      }
    },
  },
  {
    id: 'ENU-11',
    axes: ['parallelism'],
    since: '1.1',
    level: 'MUST',
    sentence: 'all() and length() beside destroy() give no error and no empty entry.',
    why: 'The page of active sessions is an error, or shows rows of nobody, whenever somebody logs out meanwhile.',
    check: 'are the ids read first and the sessions after that? Leave out what is no longer there.',
    seenIn: 'SCAN and then MGET; readdir and then readFile',
    link: manual,
    needs: ['all'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const store = await t.open()
      const other = t.has('shared') ? await t.open() : store
      for (let round = 0; round < 3; round++) {
        const sids = numbered(40)
        await setMany(t, store, sids)
        const look = async (): Promise<void> => {
          const empty = (await list(t, store)).filter(({ session }) => !session)
          t.equal(empty.length, 0, 'the number of empty entries in all() beside destroy()')
        }
        const count = async (): Promise<void> => {
          if (!t.has('length')) return
          const { failed, error } = await store.outcome('length')
          t.ok(!failed, `length() beside destroy() failed with ${textOf(error)}, want a number`)
        }
        const ends = sids.map(sid => () => other.destroy(sid))
        await t.staggered([look, count, ...ends.slice(0, 20), look, count, ...ends.slice(20), look])
      }
    },
  },
]
