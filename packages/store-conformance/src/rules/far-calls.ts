import type { StoreHandle } from '../calls/handle.ts'
import { textOf } from '../errors.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { eachOf, many, numbered, setMany } from './support/listed.ts'
import { rounds } from './support/lives.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

function randomSid(t: Trial): string {
  return Array.from({ length: 32 }, () => Math.floor(t.random() * 36).toString(36)).join('')
}

/** The expiry that `get` returns. */
async function shownEnd(t: Trial, store: StoreHandle): Promise<{ session: object; end: number }> {
  const session = await t.holds(store, 'a', { n: 1 })
  const end = new Date(String(session.cookie?.expires)).getTime()
  if (Number.isNaN(end)) t.unverified('get() shows no end of the session, see RT-17')
  return { session, end }
}

/** Rules on many sessions, and on a read in parallel with a change. */
export const farConcurrency: readonly RuleText[] = [
  {
    id: 'CON-16',
    axes: ['parallelism'],
    since: '1.1',
    level: 'MUST',
    sentence: 'A read that was under way at a destroy() or set() does not bring the old session back.',
    why: 'The page that loads while the user logs out puts the session into a cache again, for the next request.',
    check:
      'does get() put what it read into a cache, although destroy() or set() has emptied that meanwhile?',
    seenIn: 'stores with a read cache in the process',
    link: manual,
    needs: ['strict'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const one = await t.open()
      const other = t.has('shared') ? await t.open() : one
      const read = (store: StoreHandle) => () => store.outcome('get', ['a'])
      for (const n of rounds(40)) {
        await one.set('a', t.session({ n }))
        await t.staggered<unknown>([
          read(one),
          read(other),
          () => one.set('a', t.session({ n: -n })),
          read(one),
        ])
        for (const store of [one, other]) await t.holds(store, 'a', { n: -n }, 'after set() beside get()')
        await t.staggered<unknown>([read(one), read(other), () => one.destroy('a'), read(one)])
        for (const store of [one, other]) await t.gone(store, 'a', 'after destroy() beside get()')
      }
    },
  },
  {
    id: 'CON-17',
    axes: ['number'],
    since: '1.1',
    level: 'MUST',
    sentence: 'Twelve hundred sessions are all there, each with its own data.',
    why: 'Users are logged out, or get the session of another one, as soon as there are many of them.',
    check:
      'is there a limit on entries (max of an LRU cache, a capped collection), or a short hash of the sid as the key?',
    seenIn: 'memorystore with max; capped collections',
    link: manual,
    lane: 'serial',
    budgetMs: 60_000,
    async run(t) {
      const store = await t.open()
      // As long and as random as the ids of session libraries. Short and similar ids would show no collision.
      const sids = numbered(many(t, 1203, 1203)).map(() => randomSid(t))
      await setMany(t, store, sids)
      await eachOf(t, sids, sid => t.holds(store, sid, { who: sid }, `of ${sids.length} sessions`))
      // Destroying a session must neither remove nor restore another one.
      await eachOf(t, sids.slice(0, 600), sid => store.destroy(sid))
      await eachOf(t, sids.slice(0, 600), sid => t.gone(store, sid, 'one of 600 that were destroyed'))
      await eachOf(t, sids.slice(600), sid =>
        t.holds(store, sid, { who: sid }, 'after 600 others were destroyed'),
      )
    },
  },
]

/** A rule on arguments that change after the call. */
export const farAliasing: readonly RuleText[] = [
  {
    id: 'ISO-07',
    axes: ['time'],
    since: '1.1',
    level: 'SHOULD',
    sentence: 'touch() uses the expiry that the cookie has at the call.',
    why: 'The middleware changes the same cookie afterwards, and the store uses the later expiry for the session.',
    check: 'is the expiry computed before the first await?',
    seenIn: 'stores that wait for a connection or a lock before they look at the session',
    link: manual,
    needs: ['touch', 'strict'],
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const given = t.session({ n: 1 }, { maxAge: 120_000 })
      const touched = store.touch('a', given)
      given.cookie.expires = new Date(Date.now() - 5000 - t.granularity)
      await touched
      await t.holds(store, 'a', { n: 1 }, 'after a cookie was changed while touch() was under way')
    },
  },
]

/** A rule on a lifetime that shrinks a little with each save. */
export const farExpiry: readonly RuleText[] = [
  {
    id: 'EXP-23',
    axes: ['time', 'repetition'],
    since: '1.1',
    level: 'MUST',
    sentence: 'Saving what get() has returned never shortens its life.',
    why: 'Each request that changes the session takes a second off it: the busiest users are logged out first.',
    check: 'is the expiry kept as an instant, or computed again from a rounded number of remaining seconds?',
    seenIn: 'stores that keep a TTL in whole seconds and work expires out of it',
    link: manual,
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const first = await shownEnd(t, store)
      let last = first
      for (const _ of rounds(10)) {
        // Rounding down shows only when a part of the lifetime is over.
        await t.wait(7)
        await store.set('a', last.session)
        last = await shownEnd(t, store)
      }
      const less = first.end - last.end
      t.ok(less <= t.granularity + 500, `saving what get() gave, ten times, shortened the life by ${less} ms`)
    },
  },
]

/** A rule on calls just before close(). */
export const farLife: readonly RuleText[] = [
  {
    id: 'LIF-06',
    axes: ['parallelism', 'time'],
    since: '1.1',
    level: 'SHOULD',
    sentence: 'Calls made just before close() are answered, and what they confirmed is there.',
    why: 'The last requests before a deployment lose their sessions, or keep the server from ending.',
    check: 'does close() wait for calls under way, or at least fail them?',
    seenIn: 'stores with a queue of writes',
    link: manual,
    needs: ['close', 'shared'],
    lane: 'process',
    async run(t) {
      const [store, other] = await t.pair()
      await store.set('warm', t.session())
      const sids = numbered(6)
      const calls = sids.map(sid => store.outcome('set', [sid, t.session({ who: sid })], { mayHang: true }))
      const closing = store.outcome('close', [], {
        mayHang: true,
        ...(store.store.close.length === 0 ? { style: 'promise' as const } : {}),
      })
      for (const [index, { hung, failed }] of (await Promise.all(calls)).entries()) {
        t.ok(!hung, `a set() that was under way when close() was called was never answered`)
        if (failed) continue
        const found = await other.outcome('get', [sids[index]], { mayHang: true })
        if (found.failed && !t.isMiss(found))
          t.unverified(`another store cannot be read after close(), see LIF-05: ${textOf(found.error)}`)
        t.same(
          t.isMiss(found) ? undefined : found.value,
          { who: sids[index] },
          'a set() confirmed beside close()',
        )
      }
      await closing
    },
  },
]
