import type { Trial } from '../trial/trial.ts'
import { family, type Rule } from './rule.ts'
import { knowsThePast, openWithTtl, withMaxAge } from './support/lives.ts'

const day = 86_400_000
const zones = {
  east: { name: 'Pacific/Kiritimati', offset: -840 },
  west: { name: 'Pacific/Pago_Pago', offset: 660 },
}

/** Sets another time zone for the process, if that is possible. */
function moveTo(t: Trial, end: keyof typeof zones): void {
  process.env.TZ = zones[end].name
  if (new Date().getTimezoneOffset() !== zones[end].offset)
    t.unverified('the time zone of this process cannot be changed')
}

/** Rules on unusual ends: past, far, fractional, invalid, or in another time zone. */
export const expiryValues: readonly Rule[] = family('expiry', [
  {
    id: 'EXP-08',
    axes: ['time'],
    level: 'MUST',
    sentence: 'set() with an expiry in the past is no error and leaves nothing to get.',
    why: 'A slow request saves a session that ended meanwhile: with an error the response fails, else the session lives on.',
    check: 'does a negative lifetime reach the backend? Remove the session instead.',
    seenIn: 'connect-redis: ERR invalid expire time',
    link: 'https://github.com/tj/connect-redis/issues/321',
    async run(t) {
      const store = await t.open()
      const past = new Date(Date.now() - 5000 - t.granularity)
      await store.set('a', t.session({ n: 1 }, { expires: past }))
      await t.gone(store, 'a', 'set with an expiry in the past')
      await store.set('b', t.session({ n: 1 }, { expires: new Date(0) }))
      await t.gone(store, 'b', 'set with an expiry in 1970')
    },
  },
  {
    id: 'EXP-09',
    axes: ['time'],
    level: 'MUST',
    sentence: 'set() with an expiry in the past ends a live session of that sid.',
    why: 'Ending a session this way would have no effect: the old one stays, with its old data.',
    check: 'is the write left out when the lifetime is not above zero? The old row has to go.',
    seenIn: 'stores with `if (ttl > 0)` around the write',
    link: 'https://github.com/tj/connect-redis/pull/322',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const past = new Date(Date.now() - 5000 - t.granularity)
      await store.set('a', t.session({ n: 2 }, { expires: past }))
      await t.gone(store, 'a', 'overwritten with an expiry in the past')
    },
  },
  {
    id: 'EXP-11',
    axes: ['time'],
    level: 'MUST',
    sentence: 'Lifetimes past 24.8 days, past 30 days and past the year 2038 do not overflow.',
    why: 'Sessions that shall live longest end at once, and only those: “remember me” never works.',
    check: 'setTimeout() ends at 2³¹ ms, relative times of memcached at 30 days, 32-bit seconds in 2038.',
    seenIn: 'memcached-session-manager: sessions of a year ended at once',
    link: 'https://github.com/magro/memcached-session-manager/issues/147',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const lives = [25, 31, 400, 3650, 10_000]
      for (const days of lives) await store.set(`d${days}`, t.session({ n: days }, { maxAge: days * day }))
      await t.wait(t.slack)
      for (const days of lives) await t.holds(store, `d${days}`, { n: days }, `with a life of ${days} days`)
    },
  },
  {
    id: 'EXP-12',
    axes: [],
    level: 'SHOULD',
    sentence:
      'An invalid expires is an error or means the default lifetime; it never deletes a session silently.',
    why: 'A date that could not be parsed logs the user out, and nothing tells why.',
    check: 'what does a comparison with NaN decide?',
    seenIn: 'connect-redis 9: the session is deleted',
    link: 'https://github.com/tj/connect-redis',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const outcome = await store.outcome('set', [
        'a',
        t.session({ n: 2 }, { expires: new Date(Number.NaN) }),
      ])
      const kept = t.refused(outcome) ? 1 : 2
      await t.holds(
        store,
        'a',
        { n: kept },
        `after set() with an invalid expires was ${kept === 1 ? 'refused' : 'taken'}`,
      )
    },
  },
  {
    id: 'EXP-13',
    axes: [],
    level: 'MUST',
    sentence: 'Fractional lifetimes are accepted.',
    why: 'Lifetimes are computed, and come with fractions: a backend that takes whole numbers answers with an error.',
    check: 'is the lifetime rounded up before it goes to the backend?',
    seenIn: 'koa-redis: ERR value is not an integer',
    link: 'https://github.com/koajs/koa-redis/issues/9',
    async run(t) {
      const store = await t.open()
      await store.set('a', withMaxAge(t, 60_000.7))
      await t.holds(store, 'a', { n: 1 }, 'with a maxAge of 60000.7')
      await store.set('b', withMaxAge(t, 1234.567))
      if (!t.has('touch')) return
      await store.touch('a', withMaxAge(t, 61_234.567))
      await t.holds(store, 'a', { n: 1 }, 'touched with a maxAge of 61234.567')
    },
  },
  {
    id: 'EXP-18',
    axes: ['time'],
    level: 'MUST',
    sentence: 'Expiry does not depend on the time zone of the process.',
    why: 'Two servers, or one in summer and winter, disagree on when a session ends, by hours.',
    check: 'is the expiry stored as local time without a zone? Store an instant.',
    seenIn: 'timestamp columns without time zone: a session of one second lived for 17 hours',
    link: 'https://www.postgresql.org/docs/current/datatype-datetime.html',
    lane: 'process',
    async run(t) {
      const before = process.env.TZ
      const store = await t.open()
      const past = new Date(Date.now() - 5000 - t.granularity)
      await knowsThePast(t, store)
      try {
        for (const [from, to] of [
          ['east', 'west'],
          ['west', 'east'],
        ] as const) {
          const journey = `set in the far ${from}, read in the far ${to}`
          moveTo(t, from)
          await store.set(`live-${from}`, t.session({ n: 1 }))
          await store.set(`ended-${from}`, t.session({ n: 1 }, { expires: past }))
          moveTo(t, to)
          await t.holds(store, `live-${from}`, { n: 1 }, journey)
          await t.gone(store, `ended-${from}`, `already ended, ${journey}`)
        }
      } finally {
        if (before === undefined) delete process.env.TZ
        else process.env.TZ = before
      }
    },
  },
  {
    id: 'EXP-21',
    axes: ['time'],
    level: 'MUST',
    sentence: 'The default lifetime of the store does not cut short a session whose cookie ends later.',
    why: 'A “remember me” of a month ends after the day that the store was set up with.',
    check: 'is the default lifetime used only if the cookie has no expiry?',
    seenIn: 'stores whose ttl option outranks the cookie',
    link: 'https://github.com/expressjs/session#cookiemaxage',
    needs: ['defaultTtl'],
    lane: 'wait',
    async run(t) {
      const { store, ttlMs } = await openWithTtl(t)
      await store.set('a', t.session({ n: 1 }))
      await t.wait(ttlMs + t.slack)
      await t.holds(
        store,
        'a',
        { n: 1 },
        `after the default lifetime of ${ttlMs} ms, with a cookie that lives for a minute`,
      )
    },
  },
])
