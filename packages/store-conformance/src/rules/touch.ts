import { besideTouch } from './beside.ts'
import { farTouches } from './far-lives.ts'
import { family, type Rule } from './rule.ts'
import { controlEnded, lasts, patiently, writeAndOutlive } from './support/lives.ts'
import { touchCookies } from './touch-cookies.ts'

const manual = 'https://github.com/expressjs/session#storetouchsid-session-callback'

const touchCore: readonly Rule[] = family('touch', [
  {
    id: 'TCH-01',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence: 'touch() moves the expiry to that of the given session.',
    why: 'Users who are active but change nothing in their session are logged out in the middle of their work.',
    check: 'does touch() write the new expiry, and to the field that get() looks at?',
    seenIn: 'connect-mongodb-session: no touch() for years',
    link: 'https://github.com/mongodb-js/connect-mongodb-session/issues/71',
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await patiently(t, async life => {
        const brief = t.session({ n: 1 }, { maxAge: life })
        for (const sid of ['a', 'b']) await store.set(sid, brief)
        await store.touch('b', brief)
        const same = t.session({ n: 1 }, { maxAge: life })
        await store.touch('b', same)
        await store.touch('a', t.session({ n: 1 }))
        // The same object with a later end, as middleware gives it.
        same.cookie.maxAge = 60_000
        await store.touch('b', same)
        if (!lasts(brief)) return false
        await t.outlive(brief)
        await t.holds(store, 'a', { n: 1 }, 'after the old expiry')
        await t.holds(store, 'b', { n: 1 }, 'touched twice, after the expiry of the first touch()')
        return true
      })
    },
  },
  {
    id: 'TCH-02',
    axes: ['size'],
    level: 'MUST',
    sentence: 'touch() does not write session data.',
    why: 'A request that only reads would overwrite what a request beside it has just saved.',
    check: 'does touch() update nothing but the expiry?',
    seenIn: 'session-memory-store; stores whose touch() is set()',
    link: 'https://github.com/expressjs/session/pull/487',
    needs: ['touch'],
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.touch('a', t.session({ n: 2, added: true }))
      await t.holds(store, 'a', { n: 1 }, 'after touch() with other data')
      // A touch that reads, decodes and writes back changes data that its codec cannot hold.
      const rich = { list: [], none: null, half: 1.5, far: 2 ** 53 - 1, text: '' }
      await store.set('b', t.session(rich))
      await store.touch('b', t.session(rich))
      await t.holds(store, 'b', rich, 'after touch() with the same data')
      const large = { text: 'x'.repeat(100_000), end: true }
      if (t.refused(await store.outcome('set', ['c', t.session(large)]))) return
      await store.touch('c', t.session(large))
      await t.holds(store, 'c', large, 'after touch() of a session of 100,000 characters')
    },
  },
  {
    id: 'TCH-03',
    axes: [],
    level: 'MUST',
    sentence: 'touch() does not bring a destroyed session back.',
    why: 'A request that began before the logout ends after it: its touch would log the user in again.',
    check: 'is touch() an upsert? It must be an update that finds nothing to update.',
    seenIn: 'nextjs-auth0: a rolling session was written back after logout',
    link: 'https://github.com/auth0/nextjs-auth0/issues/2335',
    needs: ['touch'],
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.destroy('a')
      await store.outcome('touch', ['a', t.session({ n: 1 })])
      await t.gone(store, 'a', 'after destroy() and touch()')
    },
  },
  {
    id: 'TCH-04',
    axes: [],
    level: 'MUST',
    sentence: 'touch() of an unknown sid is no error and creates nothing.',
    why: 'The middleware touches after the response: the error can reach nobody and becomes ERR_HTTP_HEADERS_SENT.',
    check: 'does touch() take "0 rows updated" for a failure?',
    seenIn: 'connect-mongo; session-file-store 1.5',
    link: 'https://github.com/jdesboeufs/connect-mongo/issues/407',
    needs: ['touch'],
    async run(t) {
      const store = await t.open()
      const { failed, error } = await store.outcome('touch', ['nobody', t.session()])
      t.ok(!failed, `touch("nobody", session) gave the error ${String(error)}, want no error`)
      await t.gone(store, 'nobody', 'after touch()')
    },
  },
  {
    id: 'TCH-05',
    axes: ['time'],
    level: 'MUST',
    sentence: 'touch() does not revive an expired session.',
    why: 'A session that has timed out must stay so: a stolen cookie of last year would work again.',
    check: 'does the update of touch() require that the row has not expired?',
    seenIn: 'connect-pg-simple 10; session-file-store 1.5',
    link: manual,
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief({ n: 1 })
      await writeAndOutlive(t, brief, () => store.set('a', brief), store)
      await store.outcome('touch', ['a', t.session({ n: 1 })])
      await t.gone(store, 'a', 'after its end and a touch()')
    },
  },
  {
    id: 'TCH-06',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'touch() can shorten a life.',
    why: 'An app that takes “remember me” back would leave the session alive for its old, long life.',
    check: 'is the new expiry only taken when it is later, as with GREATEST?',
    seenIn: 'stores that take the later of both expiries',
    link: manual,
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const brief = t.brief({ n: 1 })
      await writeAndOutlive(t, brief, () => store.touch('a', brief), store)
      await t.gone(store, 'a', 'touched with a shorter life, after that')
    },
  },
  {
    id: 'TCH-07',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'touch() with an expiry in the past ends the session and is no error.',
    why: 'A request that is answered after the end of its session fails, or makes that session live for ever.',
    check: 'what does the backend do with a negative lifetime: an error, or no expiry at all?',
    seenIn: 'stores that hand a negative lifetime to the backend',
    link: manual,
    needs: ['touch'],
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const past = new Date(Date.now() - 5000 - t.granularity)
      await store.touch('a', t.session({ n: 1 }, { expires: past }))
      await t.gone(store, 'a', 'touched with an expiry in the past')
    },
  },
  {
    id: 'TCH-08',
    axes: ['time'],
    level: 'MUST',
    sentence: 'touch() with a browser-session cookie keeps the session.',
    why: 'It is the default of the middleware: each request without a change would log its user out.',
    check: 'what comes out of the arithmetic when expires and maxAge are null: NaN, 0?',
    seenIn: 'stores that hand NaN to EXPIRE',
    link: manual,
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const browser = t.session({ n: 1 }, { expires: null })
      await store.set('a', t.session({ n: 1 }))
      await store.set('b', browser)
      await store.touch('a', browser)
      await store.touch('b', browser)
      await t.wait(t.slack)
      await t.holds(store, 'a', { n: 1 }, 'touched with a browser-session cookie')
      await t.holds(store, 'b', { n: 1 }, 'of a browser session after touch()')
    },
  },
  {
    id: 'TCH-11',
    axes: ['parallelism', 'time'],
    exactSids: true,
    level: 'MUST',
    sentence: 'touch() reaches the session with that sid and no other.',
    why: 'One active user keeps the sessions of others alive, without end.',
    check: 'is the sid compared as a whole, or as a prefix or a pattern?',
    seenIn: 'stores that look a sid up with LIKE or KEYS',
    link: manual,
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await patiently(t, async life => {
        const brief = t.session({ n: 1 }, { maxAge: life })
        const long = 'x'.repeat(32)
        const neighbours = ['ab', 'ba', 'b', 'aa', 'A', long]
        const touched = ['a', 'a*', 'a%', 'a_', '?', 'a ', ' b', `${long}1`, '_a', '-a']
        const extended: string[] = []
        await store.set('control', brief)
        await Promise.all(neighbours.map(sid => store.set(sid, brief)))
        await Promise.all(
          touched.map(async sid => {
            // A store may refuse some of these sids.
            const { failed } = await store.outcome('set', [sid, brief])
            if (failed) return
            extended.push(sid)
            await store.outcome('touch', [sid, t.session({ n: 1 })])
          }),
        )
        if (!lasts(brief)) return false
        await t.outlive(brief)
        await controlEnded(t, store)
        const when = `after its end, when ${JSON.stringify(touched)} were touched`
        for (const sid of neighbours) await t.gone(store, sid, when)
        for (const sid of extended)
          await t.holds(store, sid, { n: 1 }, 'after its old end, when it was touched')
        return true
      })
    },
  },
])

export const touch: readonly Rule[] = [
  ...touchCore,
  ...touchCookies,
  ...family('touch', [...besideTouch, ...farTouches]),
].sort((a, b) => a.id.localeCompare(b.id))
