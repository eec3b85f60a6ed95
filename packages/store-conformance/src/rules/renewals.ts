import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { Session } from '../values/session.ts'
import { two } from './conditional-races.ts'
import { family, type Rule } from './rule.ts'
import { lasts, openWithTtl, patiently, rounds, writeAndOutlive } from './support/lives.ts'

const MINUTE = 60_000
const decision = 'https://github.com/coatcheck/coatcheck/blob/main/docs/decisions/008-touch-on-read.md'

/** The session as middleware stores it, because a store may recognize the lifetime by the beginning of the text. */
function asStored({ cookie, ...data }: Session): object {
  const { originalMaxAge, ...rest } = cookie.data
  return { cookie: { originalMaxAge, ...rest }, ...data }
}

/** A session that ends in `left` milliseconds, and whose cookie has this `originalMaxAge`. */
function sessionOf(t: Trial, originalMaxAge: number | null, left: number = MINUTE, n: number = 1): Session {
  return t.session({ n }, { maxAge: left, originalMaxAge })
}

/** Called after a read that has not touched. It may have found the database busy. No verdict if no read of this store touches. */
async function someReadTouches(t: Trial, store: StoreHandle, lifetime: number | null): Promise<void> {
  await store.set('some', asStored(t.session({ n: 1 }, { maxAge: MINUTE, originalMaxAge: lifetime })))
  for (const pause of [0, 20, 100, 400]) {
    await t.wait(pause)
    if ((await store.renew('some', lifetime)).renewed) return
  }
  t.unverified('reads of this store never touch, which is allowed')
}

/** A read makes one session live longer and another one shorter. Returns false when the first had ended before, or was not touched. */
async function moved(t: Trial, life: number): Promise<boolean> {
  const store = await t.open()
  const brief = sessionOf(t, MINUTE, life)
  await store.set('a', asStored(brief))
  const { session, renewed } = await store.renew('a', MINUTE)
  if (!lasts(brief)) return false
  t.same(session, { n: 1 }, 'get("a") with a touch')
  if (!renewed) {
    await someReadTouches(t, store, MINUTE)
    return false
  }
  await t.outlive(brief)
  await t.holds(store, 'a', { n: 1 }, 'after its old end, which a read says it has moved')
  await store.set('b', asStored(sessionOf(t, life)))
  let shortened = false
  await writeAndOutlive(t, sessionOf(t, life, life), async () => {
    shortened = (await store.renew('b', life)).renewed
  })
  if (shortened) await t.gone(store, 'b', 'after the lifetime that a read says it has started anew')
  return true
}

/** Several reads keep a session without an expiry beyond the default lifetime; one read does not. Returns false when a read was late or did not touch. */
async function movedByDefault(t: Trial, life: number): Promise<boolean> {
  const { store, ttlMs } = await openWithTtl(t, life)
  const browser = asStored(t.session({ n: 1 }, { expires: null }))
  await store.set('b', browser)
  await store.renew('b', null)
  const over = Date.now() + ttlMs + t.slack
  let began = Date.now()
  let inTime = true
  await store.set('a', browser)
  while (Date.now() < over) {
    await t.wait(ttlMs * 0.6)
    const asked = Date.now()
    const { session, renewed } = await store.renew('a', null)
    if (session && !renewed) {
      await someReadTouches(t, store, null)
      return false
    }
    inTime &&= Date.now() < began + ttlMs
    began = asked
  }
  const got = await store.get('a')
  inTime &&= Date.now() < began + ttlMs
  if (got || inTime) t.same(got, { n: 1 }, `get("a") after reads across the default lifetime of ${ttlMs} ms`)
  await t.gone(store, 'b', `after a read and the default lifetime of ${ttlMs} ms`)
  return got !== undefined
}

/** Lifetimes of a cookie, and other lifetimes for a read, some with the same first digits. */
const differing: readonly (readonly [number | null, number | null])[] = [
  [6000, 60_000],
  [60_000, 6000],
  [null, 60_000],
  [60_000, null],
]

/** Reads with another lifetime do not move the expiry in any direction. Returns false when a session ended before it was read. */
async function unmoved(t: Trial, life: number): Promise<boolean> {
  const store = await t.open()
  const brief = t.session({ n: 1 }, { maxAge: life })
  const end = brief.cookie.expires
  await store.set('long', asStored(sessionOf(t, MINUTE)))
  for (const [own] of differing) {
    await store.set(`of-${own}`, asStored(t.session({ n: 1 }, { expires: end, originalMaxAge: own })))
  }
  const shortened = await store.renew('long', life)
  t.equal(shortened.renewed, false, `whether a read for ${life} ms has renewed a session of ${MINUTE}`)
  for (const [own, other] of differing) {
    const { renewed } = await store.renew(`of-${own}`, other)
    t.equal(renewed, false, `whether a read for ${other} ms has renewed a session of ${own}`)
  }
  if (!lasts(brief)) return false
  await t.outlive(brief)
  await t.holds(store, 'long', { n: 1 }, `after ${life} ms, for which a read asked`)
  for (const [own, other] of differing) {
    await t.gone(store, `of-${own}`, `after its end and a read that asked for ${other} ms`)
  }
  return true
}

/**
 * For stores whose `get` is declared to take `{ renew }`. Rules that wait run a few at a time, because the pools of all stores in the lane
 * `wait` would come close to the connection limit of a database.
 */
export const renewals: readonly Rule[] = family('renewals', [
  {
    id: 'REN-01',
    axes: ['time'],
    level: 'MUST',
    sentence:
      'A read that reports a touch returns the session, which then ends after that lifetime, counted from the read.',
    why: 'The request makes no touch() after it: users who only read are logged out in the middle of it, or never.',
    check:
      'does the read move the expiry that get() checks, in its unit, and is renewed true only if it has changed that?',
    seenIn: 'reads that return renewed: true before the expiry was moved, or although it was not',
    link: decision,
    needs: ['renewal'],
    slow: true,
    async run(t) {
      await patiently(t, life => moved(t, Math.ceil(life)))
    },
  },
  {
    id: 'REN-02',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence:
      'A read that reports a touch of a session whose cookie has no expiry restarts the default lifetime.',
    why: 'With browser-session cookies everybody is logged out a fixed time after the login, or nobody ever is.',
    check: 'does a renew of null use the ttl of the store, rather than nothing, zero, or no expiry at all?',
    seenIn: 'code that takes null for a number or for the absence of one',
    link: decision,
    needs: ['renewal', 'defaultTtl'],
    slow: true,
    async run(t) {
      await patiently(t, life => movedByDefault(t, life))
    },
  },
  {
    id: 'REN-03',
    axes: ['time'],
    level: 'MUST',
    sentence: 'A read does not touch a session whose cookie has another originalMaxAge than the read names.',
    why: '"Remember me" gives one user a month and all others an hour: each page view would make it an hour for everybody.',
    check:
      'is the whole prefix compared with the text, its last comma included, in the step that moves the expiry?',
    seenIn: 'reads with GETEX, which always moves the expiry',
    link: 'https://redis.io/docs/latest/commands/getex/',
    needs: ['renewal'],
    slow: true,
    async run(t) {
      await patiently(t, life => unmoved(t, Math.ceil(life)))
    },
  },
  {
    id: 'REN-04',
    axes: ['time'],
    level: 'MUST',
    sentence: 'A touch on read finds no expired or destroyed session, and brings none back.',
    why: 'A session that has timed out comes back to life with the next page view: the timeout protects nobody.',
    check: 'does the statement that moves the expiry check it first, because the row may still be there?',
    seenIn: 'UPDATE … RETURNING by sid alone',
    link: 'https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#session-expiration',
    needs: ['renewal'],
    slow: true,
    async run(t) {
      const store = await t.open()
      const brief = sessionOf(t, MINUTE, t.life)
      await store.set('destroyed', asStored(sessionOf(t, MINUTE)))
      await store.destroy('destroyed')
      await writeAndOutlive(t, brief, () => store.set('expired', asStored(brief)))
      for (const sid of ['expired', 'destroyed', 'nobody']) {
        const { session } = await store.renew(sid, MINUTE)
        t.equal(session, undefined, `get("${sid}") with a touch`)
        await t.gone(store, sid, 'after a touch on read')
      }
    },
  },
  {
    id: 'REN-05',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'After a touch on read and a destroy() ran in parallel, the session is gone.',
    why: 'A page that loads while the user logs out logs them in again: the stolen cookie still works.',
    check: 'is it one statement that never inserts, rather than a read and a write?',
    seenIn: 'stores that read, then write back what they have read with a new expiry',
    link: 'https://www.mongodb.com/docs/manual/reference/method/db.collection.findOneAndUpdate/',
    needs: ['renewal'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [one, other] = await two(t)
      for (const _ of rounds(60)) {
        await one.set('a', asStored(sessionOf(t, MINUTE)))
        const read = () => other.renew('a', MINUTE)
        await t.staggered<unknown>([read, () => one.destroy('a'), read])
        await t.gone(one, 'a', 'after destroy() and touches on read side by side')
      }
    },
  },
  {
    id: 'REN-06',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'A save beside a touch on read is kept.',
    why: 'Every page view would undo what another request saves meanwhile: things vanish from carts.',
    check: 'does the touch write anything but the expiry?',
    seenIn: 'stores that read, then write back what they have read with a new expiry',
    link: 'https://github.com/expressjs/session/pull/487',
    needs: ['renewal'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [one, other] = await two(t)
      await one.set('a', asStored(sessionOf(t, MINUTE, MINUTE, 0)))
      for (const n of rounds(60)) {
        const read = () => other.renew('a', MINUTE)
        await t.staggered<unknown>([
          read,
          () => one.set('a', asStored(sessionOf(t, MINUTE, MINUTE, n))),
          read,
        ])
        await t.holds(one, 'a', { n }, 'after set() and touches on read side by side')
      }
    },
  },
  {
    id: 'REN-07',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'A touch on read makes neither its own session stale nor one that was read before.',
    why: 'Each page view would make the save of a request beside it a conflict, and its own as well.',
    check: 'does it leave the stored text as it is, the date in its cookie included?',
    seenIn: 'stores that keep the expiry inside the text',
    link: 'https://github.com/expressjs/session#storetouchsid-session-callback',
    needs: ['renewal', 'conditional'],
    async run(t) {
      const store = await t.open()
      await store.set('a', asStored(sessionOf(t, 2 * MINUTE, MINUTE)))
      const before = await store.load('a')
      const { session } = await store.renew('a', 2 * MINUTE)
      if (!before || !session) return t.fail('reading "a" twice did not give the session each time')
      before.n = 2
      t.equal(await store.update('a', before), 'updated', 'an update of what was read before a renewal')
      await t.holds(store, 'a', { n: 2 }, 'after a touch on read and an update')
      if (t.subject.conditional) return
      const given = (await store.renew('a', 2 * MINUTE)).session!
      given.n = 3
      t.equal(await store.update('a', given), 'updated', 'an update of what a touch on read gave')
      await t.holds(store, 'a', { n: 3 }, 'after an update of what a touch on read gave')
    },
  },
  {
    id: 'REN-08',
    axes: ['repetition'],
    since: '1.1',
    level: 'MUST',
    sentence: 'A touch on read returns the session at once, even while nothing can be written.',
    why: 'A lock, a full disk or a failover makes every page an error, or makes it wait, although the session could be read.',
    check:
      'is a write that fails followed by a plain read, and one that has to wait not waited for (NOWAIT, SKIP LOCKED)?',
    seenIn: 'UPDATE … RETURNING behind a row lock or on a read-only server',
    link: decision,
    needs: ['renewal', 'lock'],
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      await store.set('a', asStored(sessionOf(t, MINUTE)))
      await store.renew('a', MINUTE)
      try {
        await t.hook('lock', store, 'a')
        for (let read = 1; read <= 3; read++) {
          const { session } = await store.renew('a', MINUTE, { deadlineMs: 1000 })
          t.same(session, { n: 1 }, 'get("a") with a touch while nothing can be written')
        }
      } finally {
        await t.hook('up', store)
      }
      await t.holds(store, 'a', { n: 1 }, 'after reads while nothing could be written')
    },
  },
])
