import { besideExpiry } from './beside.ts'
import { expiryListing } from './expiry-listing.ts'
import { expiryValues } from './expiry-values.ts'
import { farExpiry } from './far-calls.ts'
import { farLives } from './far-lives.ts'
import { family, type Rule } from './rule.ts'
import { endingAt, endingLate, livesToItsEnd, nearItsEnd, writtenLate } from './support/ends.ts'
import { controlEnded, knowsThePast, openWithTtl, withMaxAge, writeAndOutlive } from './support/lives.ts'

const hour = 3_600_000

const expiryCore: readonly Rule[] = family('expiry', [
  {
    id: 'EXP-01',
    axes: ['time'],
    level: 'MUST',
    sentence: 'A session is there until it expires, not up to a granule less.',
    why: 'Rounded down, a short life ends at once, and every user is logged out a little before the cookie says so.',
    check: 'is the expiry cut to whole seconds with floor()? Round up, or keep the milliseconds.',
    seenIn: 'better-sqlite3-session-store 0.1: up to one second early',
    link: 'https://github.com/TimDaub/better-sqlite3-session-store',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      if (t.granularity < 1000) {
        await Promise.all([
          livesToItsEnd(t, store, 'a', life => endingLate(t, life)),
          writtenLate(t, store, 'late', 950),
          nearItsEnd(t, store, 'near'),
        ])
        return
      }
      // A store may round the expiry or the lifetime, so both are tested with a large and a medium fraction of a second.
      const seconds = (life: number): number => Math.floor(life / 1000) * 1000
      await Promise.all([
        livesToItsEnd(t, store, 'a', life => endingAt(t, life, 0.95)),
        livesToItsEnd(t, store, 'b', life => endingAt(t, life, 0.45)),
        livesToItsEnd(t, store, 'c', life => t.session({ n: 1 }, { maxAge: seconds(life) + 950 })),
        livesToItsEnd(t, store, 'd', life => t.session({ n: 1 }, { maxAge: seconds(life) + 450 })),
        writtenLate(t, store, 'late', 1950),
        nearItsEnd(t, store, 'near'),
      ])
    },
  },
  {
    id: 'EXP-02',
    axes: ['time'],
    level: 'MUST',
    sentence: 'An expired session is not returned by get().',
    why: 'Users stay logged in for longer than the app allows; a cookie found on an old disk opens their account.',
    check: 'does get() compare the stored expiry with now, rather than wait for the sweep?',
    seenIn: 'the first connect-pg-simple; the default store of @fastify/session',
    link: 'https://github.com/voxpelli/node-connect-pg-simple/pull/1',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief()
      await writeAndOutlive(t, brief, () => store.set('a', brief))
      await t.gone(store, 'a', 'after its end')
    },
  },
  {
    id: 'EXP-03',
    axes: ['time'],
    level: 'MUST',
    sentence: 'cookie.expires decides when a session ends, not originalMaxAge.',
    why: 'Apps set expires for “remember me” or to end a session early; originalMaxAge is only how it began.',
    check: 'is the expiry computed from cookie.originalMaxAge?',
    seenIn: 'session-file-store 1.5',
    link: 'https://github.com/valery-barysok/session-file-store',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const until = (ms: number): Date => new Date(Date.now() + ms)
      const short = t.session({ n: 1 }, { expires: until(t.life), originalMaxAge: hour })
      const long = t.session({ n: 2 }, { expires: until(hour), originalMaxAge: t.life })
      await writeAndOutlive(
        t,
        short,
        async () => {
          await store.set('short', short)
          await store.set('long', long)
        },
        store,
      )
      await t.gone(store, 'short', 'after its expires, within its originalMaxAge')
      await t.holds(store, 'long', { n: 2 }, 'before its expires, after its originalMaxAge')
    },
  },
  {
    id: 'EXP-04',
    axes: ['time'],
    level: 'MUST',
    sentence: 'cookie.maxAge counts milliseconds.',
    why: 'Read as seconds, a session of one hour lives for six weeks; divided twice, it ends after 3.6 seconds.',
    check: 'where is maxAge divided by 1000, and does the backend take seconds or milliseconds there?',
    seenIn: 'better-sqlite3-session-store up to 0.0.2; next-session',
    link: 'https://github.com/hoangvvo/next-session/issues/369',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await knowsThePast(t, store)
      const short = t.session({ n: 1 }, { maxAge: t.life })
      await writeAndOutlive(t, short, async () => {
        await store.set('long', t.session({ n: 2 }, { maxAge: 60_000 }))
        await store.set('short', short)
      })
      await t.gone(store, 'short', `after its maxAge of ${t.life} ms`)
      await t.holds(store, 'long', { n: 2 }, 'within its maxAge of 60000 ms')
    },
  },
  {
    id: 'EXP-05',
    axes: ['time'],
    level: 'MUST',
    sentence: 'cookie.expires may be a Date or an ISO string, also in a plain session without maxAge.',
    why: 'What get() gave is plain JSON: saved again by a script, it would live for another day.',
    check: 'is the expiry computed from cookie.maxAge, a getter that plain sessions do not have?',
    seenIn: 'memorystore, connect-sqlite3, better-sqlite3-session-store, connect-session-knex: one full day',
    link: 'https://github.com/roccomuso/memorystore',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief()
      const expires = brief.cookie.expires!
      const cookie = { path: '/', httpOnly: true, originalMaxAge: t.life }
      const far = new Date(Date.now() + 60_000)
      await writeAndOutlive(
        t,
        brief,
        async () => {
          await store.set('text', { n: 1, cookie: { ...cookie, expires: expires.toISOString() } })
          await store.set('date', { n: 2, cookie: { ...cookie, expires } })
          await store.set('farText', { n: 3, cookie: { ...cookie, expires: far.toISOString() } })
          await store.set('farDate', { n: 4, cookie: { ...cookie, expires: far } })
        },
        store,
      )
      await t.gone(store, 'text', 'after its end, an ISO string')
      await t.gone(store, 'date', 'after its end, a Date in a plain cookie')
      await t.holds(store, 'farText', { n: 3 }, 'before its end, an ISO string')
      await t.holds(store, 'farDate', { n: 4 }, 'before its end, a Date in a plain cookie')
    },
  },
  {
    id: 'EXP-06',
    axes: ['time'],
    level: 'MUST',
    sentence: 'A session without expires is kept: its cookie ends with the browser.',
    why: 'It is the default of the middleware: with a life of zero nobody can log in.',
    check: 'what comes out of the arithmetic when expires and maxAge are null: NaN, 0?',
    seenIn: 'connect-redis, when maxAge became null by default',
    link: 'https://github.com/tj/connect-redis/issues/41',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }, { expires: null }))
      await store.set('plain', t.plain({ n: 2 }, { expires: null }))
      await t.wait(t.slack)
      await t.holds(store, 'a', { n: 1 }, 'of a session without expires')
      await t.holds(store, 'plain', { n: 2 }, 'of a plain session without expires')
    },
  },
  {
    id: 'EXP-07',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'A session without expires ends after the store’s default lifetime.',
    why: 'Nobody tells the store that a browser was closed: rows pile up for ever, and old cookies work for ever.',
    check: 'is the default lifetime used when the cookie has no expiry?',
    seenIn: 'stores that write rows without an expiry',
    link: 'https://github.com/tj/connect-redis#ttl',
    needs: ['defaultTtl'],
    lane: 'wait',
    async run(t) {
      const { store, ttlMs } = await openWithTtl(t)
      await store.set('a', t.session({ n: 1 }, { expires: null }))
      await t.wait(ttlMs + t.slack)
      await t.gone(store, 'a', `after the default lifetime of ${ttlMs} ms`)
    },
  },
  {
    id: 'EXP-10',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'A maxAge of zero means expired, not the default lifetime.',
    why: 'Apps end a session with maxAge = 0: it would live for another day.',
    check: 'is there a `maxAge || default`? Zero is falsy; use ??.',
    seenIn: 'memorystore, connect-sqlite3, connect-session-knex',
    link: 'https://github.com/roccomuso/memorystore',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const ended = withMaxAge(t, 0)
      await writeAndOutlive(t, ended, () => store.set('a', ended))
      await t.gone(store, 'a', 'with a maxAge of zero')
    },
  },
  {
    id: 'EXP-14',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence: 'Overwriting a session moves its expiry both ways.',
    why: '“Remember me” lengthens a session and a change of password shortens it; both are saved with set().',
    check: 'does the statement that replaces a row also replace its expiry, without GREATEST?',
    seenIn: 'connect-redis: the life of the key stayed as it was',
    link: 'https://github.com/tj/connect-redis/issues/92',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await store.set('shorter', t.session({ n: 1 }))
      const brief = t.brief({ n: 2 })
      await writeAndOutlive(
        t,
        brief,
        async () => {
          await store.set('longer', brief)
          await store.set('longer', t.session({ n: 3 }))
          await store.set('shorter', brief)
          await store.set('same', brief)
          await store.set('same', t.session({ n: 2 }))
        },
        store,
      )
      await t.holds(store, 'longer', { n: 3 }, 'overwritten with a longer life')
      await t.gone(store, 'shorter', 'overwritten with a shorter life')
      await t.holds(store, 'same', { n: 2 }, 'saved again, the same but for a longer life')
    },
  },
  {
    id: 'EXP-17',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence: 'An expired sid can be set again.',
    why: 'The browser still has the cookie, and an app may go on with its sid: that user could never log in again.',
    check: 'does the store remember sids that have ended, or insert only where no row is?',
    seenIn: 'stores with tombstones',
    link: 'https://github.com/expressjs/session#session-store-implementation',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief({ n: 1, user: 'ada' })
      await store.set('b', brief)
      await writeAndOutlive(t, brief, () => store.set('a', brief))
      await store.get('a')
      for (const sid of ['a', 'b']) {
        await store.set(sid, t.session({ n: 2 }))
        await t.holds(store, sid, { n: 2 }, 'set again after its end')
      }
    },
  },
  {
    id: 'EXP-19',
    axes: ['time', 'repetition'],
    level: 'SHOULD',
    sentence: 'get() does not extend a session.',
    why: 'A page that polls would keep a session alive for ever; extending is what touch() is for.',
    check: 'is there a cache with sliding expiry, or a write of the expiry in get()?',
    seenIn: 'stores on caches with sliding expiry',
    link: 'https://github.com/expressjs/session#rolling',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief()
      await store.set('control', brief)
      await store.set('a', brief)
      const over = Date.now() + t.recorder.slowest + t.life + t.slack
      while (Date.now() < over) {
        await store.get('a')
        await t.wait(t.life / 5)
      }
      await controlEnded(t, store)
      await t.gone(store, 'a', 'read again and again until after its end')
    },
  },
])

export const expiry: readonly Rule[] = [
  ...expiryCore,
  ...expiryValues,
  ...expiryListing,
  ...family('expiry', [...besideExpiry, ...farExpiry, ...farLives]),
].sort((a, b) => a.id.localeCompare(b.id))
