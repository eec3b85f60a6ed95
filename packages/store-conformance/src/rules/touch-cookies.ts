import { family, type Rule } from './rule.ts'
import { lasts, openWithTtl, patiently } from './support/lives.ts'

const manual = 'https://github.com/expressjs/session#storetouchsid-session-callback'

/** Rules on the cookie that touch() is given, and on the cookie that get() returns afterwards. */
export const touchCookies: readonly Rule[] = family('touch', [
  {
    id: 'TCH-09',
    axes: [],
    level: 'SHOULD',
    sentence: 'After touch(), get() shows the new cookie.expires.',
    why: 'What get() gave is what the app sees and saves: by the old date the session has already ended.',
    check:
      'does touch() write the new date into the stored session, or get() put the current expiry into the cookie?',
    seenIn: 'connect-redis, connect-pg-simple, connect-sqlite3, connect-session-knex and others',
    link: 'https://github.com/tj/connect-redis/issues/259',
    needs: ['touch'],
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const hour = t.session({ n: 1 }, { maxAge: 3_600_000 })
      await store.touch('a', hour)
      const { cookie } = await t.holds(store, 'a', { n: 1 }, 'after touch()')
      const want = hour.cookie.expires!
      const shown = new Date(cookie?.expires as string)
      const near = Math.abs(shown.getTime() - want.getTime()) <= 5000 + t.granularity
      t.ok(near, `cookie.expires after touch() is ${text(shown)}, want ${text(want)}`)
    },
  },
  {
    id: 'TCH-10',
    axes: ['time'],
    level: 'MUST',
    sentence: 'touch() needs only the cookie of the session it is given.',
    why: 'Sockets and scripts keep a session alive without having read it.',
    check: 'does touch() look at anything but session.cookie?',
    seenIn: 'stores whose touch() is set()',
    link: manual,
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await patiently(t, async life => {
        const brief = t.session({ n: 1 }, { maxAge: life })
        await store.set('a', brief)
        await store.touch('a', { cookie: t.session().cookie })
        if (!lasts(brief)) return false
        await t.outlive(brief)
        await t.holds(store, 'a', { n: 1 }, 'after touch("a", { cookie }) and the old expiry')
        return true
      })
    },
  },
  {
    id: 'TCH-12',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'touch() with a browser-session cookie gives the default lifetime, not an endless life.',
    why: 'One page view makes the session immortal: rows pile up for ever, and old cookies work for ever.',
    check: 'does touch() remove the expiry when the cookie names none?',
    seenIn: 'stores that call PERSIST',
    link: 'https://github.com/tj/connect-redis#ttl',
    needs: ['touch', 'defaultTtl'],
    lane: 'wait',
    async run(t) {
      const { store, ttlMs } = await openWithTtl(t)
      const browser = t.session({ n: 1 }, { expires: null })
      await store.set('a', browser)
      await store.touch('a', browser)
      await t.wait(ttlMs + t.slack)
      await t.gone(store, 'a', `touched, after the default lifetime of ${ttlMs} ms`)
    },
  },
  {
    id: 'TCH-13',
    axes: ['time', 'repetition'],
    level: 'SHOULD',
    sentence: 'Saving what get() gave, after touch() extended the session, neither ends nor shortens it.',
    why: 'A script or socket that reads a session, changes it and saves it logs out a user who has been active all along.',
    check: 'does get() give the session with the expiry of its last set(), and does set() then believe it?',
    seenIn: 'connect-redis, connect-pg-simple, connect-sqlite3, connect-session-knex',
    link: 'https://github.com/tj/connect-redis/issues/292',
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await patiently(t, async life => {
        const brief = t.session({ n: 1 }, { maxAge: life })
        for (const sid of ['a', 'b']) {
          await store.set(sid, brief)
          await store.touch(sid, t.session({ n: 1 }))
        }
        const saved = await store.get('b')
        if (!lasts(brief)) return false
        if (saved) await store.set('b', saved)
        await t.outlive(brief)
        if (saved) await t.holds(store, 'b', { n: 1 }, 'touched, read and saved, after the old expiry')
        const got = await store.get('a')
        if (!got) return t.unverified('touch() does not extend a session, see TCH-01')
        await store.set('a', got)
        await t.holds(store, 'a', { n: 1 }, 'touched, then read and saved after the old expiry')
        return true
      })
    },
  },
  {
    id: 'TCH-14',
    axes: ['time', 'repetition'],
    level: 'SHOULD',
    sentence: 'touch() without expires renews the default lifetime.',
    why: 'With browser-session cookies everybody is logged out a fixed time after the login, however active they are.',
    check: 'does touch() return at once when the cookie has no expiry?',
    seenIn: 'connect-session-knex 5',
    link: 'https://github.com/gx0r/connect-session-knex',
    needs: ['touch', 'defaultTtl'],
    lane: 'wait',
    async run(t) {
      await patiently(t, async life => {
        const { store, ttlMs } = await openWithTtl(t, life)
        const browser = t.session({ n: 1 }, { expires: null })
        let renewed = Date.now()
        await store.set('a', browser)
        const over = Date.now() + ttlMs + t.slack
        let inTime = true
        while (Date.now() < over) {
          await t.wait(ttlMs * 0.6)
          const asked = Date.now()
          await store.touch('a', browser)
          inTime &&= Date.now() < renewed + ttlMs
          renewed = asked
        }
        const got = await store.get('a')
        inTime &&= Date.now() < renewed + ttlMs
        if (got || inTime)
          t.same(got, { n: 1 }, `get("a") after touches across the default lifetime of ${ttlMs} ms`)
        return got !== undefined
      })
    },
  },
])

function text(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'none' : date.toISOString()
}
