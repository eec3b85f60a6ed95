import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { eachOf, lasting, numbered } from './support/listed.ts'
import { controlEnded, lasts, patiently } from './support/lives.ts'

const manual = 'https://github.com/expressjs/session#storetouchsid-session-callback'
const day = 86_400_000

const large = (t: Trial, maxAge: number) => t.session({ text: 'x'.repeat(250_000) }, { maxAge })

/** Rules on the end of a session that is large, was destroyed before, or is set beside others. */
export const farLives: readonly RuleText[] = [
  {
    id: 'EXP-24',
    axes: ['size', 'time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'A large session ends at its end, and touch() extends it.',
    why: 'The users with the fullest baskets are logged out first, or never.',
    check: 'are large sessions kept in another place (a file, another table) than their expiry?',
    seenIn: 'stores that move large sessions to another table',
    link: manual,
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await patiently(t, async life => {
        const brief = large(t, life)
        await store.set('control', t.session({ n: 1 }, { maxAge: life }))
        if (t.refused(await store.outcome('set', ['a', brief])))
          return t.unverified('the store refuses 250,000 characters')
        await store.set('b', brief)
        if (t.has('touch')) await store.touch('b', large(t, 60_000))
        if (!lasts(brief)) return false
        await t.outlive(brief)
        await controlEnded(t, store)
        await t.gone(store, 'a', 'of 250,000 characters, after its end')
        if (t.has('touch'))
          t.ok(await store.get('b'), 'get("b") of a large session that touch() extended gave undefined')
        return true
      })
    },
  },
  {
    id: 'EXP-25',
    axes: ['time', 'repetition'],
    since: '1.1',
    clears: true,
    level: 'MUST',
    sentence: 'A session set under the sid of an earlier one has an end of its own.',
    why: 'A timer or a row of the earlier session ends the new one: the user is logged out for no reason.',
    check: 'do destroy(), clear() and set() stop the timer of the session, and replace its expiry?',
    seenIn: 'stores with a setTimeout for each session',
    link: manual,
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await patiently(t, async life => {
        const brief = t.session({ n: 1 }, { maxAge: life })
        for (const sid of ['cleared', 'destroyed', 'browser']) await store.set(sid, brief)
        if (t.has('clear')) await store.clear()
        await store.set('cleared', t.session({ n: 2 }))
        await store.set('browser', brief)
        await store.set('browser', t.session({ n: 2 }, { expires: null }))
        await store.destroy('destroyed')
        await store.set('destroyed', t.session({ n: 2 }))
        if (!lasts(brief)) return false
        await t.outlive(brief)
        await t.holds(store, 'cleared', { n: 2 }, 'set after clear(), when the earlier one would have ended')
        await t.holds(
          store,
          'destroyed',
          { n: 2 },
          'set after destroy(), when the earlier one would have ended',
        )
        await t.holds(store, 'browser', { n: 2 }, 'a browser session, when the earlier one would have ended')
        return true
      })
    },
  },
  {
    id: 'EXP-26',
    axes: ['parallelism', 'time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'Sessions that are set or touched at the same time have each their own end.',
    why: 'Under load a user gets the end of another: "remember me" is lost, or a short session lives on.',
    check: 'is the expiry kept in a field of the store object while a call runs?',
    seenIn: 'stores with one prepared statement whose parameters are set by each call',
    link: manual,
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await patiently(t, async life => {
        const brief = () => t.session({ n: 1 }, { maxAge: life })
        const first = brief()
        const long = () => t.session({ n: 1 })
        await Promise.all(['t1', 't2', 't3'].map(sid => store.set(sid, brief())))
        await Promise.all([
          store.set('a', long()),
          store.set('b', brief()),
          store.set('c', long()),
          store.set('d', brief()),
        ])
        await Promise.all([store.set('e', brief()), store.set('f', long())])
        if (t.has('touch'))
          await Promise.all([
            store.touch('t1', long()),
            store.touch('t2', long()),
            store.touch('t3', brief()),
          ])
        if (!lasts(first)) return false
        await t.wait(life)
        await t.outlive(brief())
        const kept = t.has('touch') ? ['a', 'c', 'f', 't1', 't2'] : ['a', 'c', 'f']
        for (const sid of kept) await t.holds(store, sid, { n: 1 }, 'beside others that ended')
        await store.set('control', brief())
        await t.outlive(brief())
        await controlEnded(t, store)
        for (const sid of ['b', 'd', 'e'])
          await t.gone(store, sid, 'after its end, beside others that live on')
        return true
      })
    },
  },
  {
    id: 'EXP-27',
    axes: ['time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'A session of two months is there after a month and a half.',
    why: 'Everybody who chose "remember me" is logged out every month.',
    check: 'is there an upper limit on the lifetime, of the store or of the backend?',
    seenIn: 'backends with a longest lifetime of thirty days',
    link: 'https://github.com/memcached/memcached/wiki/Programming#expiration',
    needs: ['age'],
    async run(t) {
      const store = await t.open()
      for (const sid of ['a', 'b']) await store.set(sid, t.session({ n: 1 }, { maxAge: 60 * day }))
      if (t.has('touch')) await store.touch('b', t.session({ n: 1 }, { maxAge: 60 * day }))
      for (const sid of ['a', 'b']) {
        await t.hook('age', store, sid, 45 * day)
        await t.holds(store, sid, { n: 1 }, 'with a life of 60 days, after 45')
      }
    },
  },
]

/** Rules on touch() for many sessions, any sid and other forms of the cookie. */
export const farTouches: readonly RuleText[] = [
  {
    id: 'TCH-17',
    axes: ['time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'touch() takes cookie.expires as a Date or as an ISO text, and not originalMaxAge.',
    why: 'Sessions that come from get() have a text there: touched with it, they end at the wrong time.',
    check: 'does touch() work its expiry out as set() does?',
    seenIn: 'touch() that asks for cookie.maxAge, which plain sessions do not have',
    link: manual,
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief({ n: 1 })
      const expires = brief.cookie.expires
      for (const sid of ['control', 'text', 'other']) await store.set(sid, t.session({ n: 1 }))
      await store.touch('control', brief)
      const { cookie } = JSON.parse(JSON.stringify(brief))
      await store.touch('text', { cookie })
      await store.touch('other', t.session({ n: 1 }, { expires, originalMaxAge: 60_000 }))
      await t.outlive(brief)
      if (await store.get('control')) t.unverified('touch() does not shorten a life, see TCH-06')
      await t.gone(store, 'text', 'touched with an ISO text in cookie.expires, after that')
      await t.gone(store, 'other', 'touched with a longer originalMaxAge, after cookie.expires')
    },
  },
  {
    id: 'TCH-18',
    axes: ['parallelism', 'time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'Of 60 sessions that are touched, each is extended.',
    why: 'One of many users is logged out in the middle of their work, and nobody can reproduce it.',
    check: 'are touches batched, sampled or limited in number?',
    seenIn: 'stores that touch only once in a while',
    link: manual,
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const sids = numbered(60)
      for (let life = Math.max(t.life, 400), tries = 0; tries < 3; tries++) {
        const begin = Date.now()
        const brief = t.session({ n: 1 }, { maxAge: life })
        await eachOf(t, sids, sid => store.set(sid, brief))
        await eachOf(t, sids, sid => store.touch(sid, t.session({ n: 1 }, lasting)))
        if (lasts(brief)) {
          await t.outlive(brief)
          await eachOf(t, sids, sid => t.holds(store, sid, { n: 1 }, 'one of 60 that were touched'))
          return
        }
        // Too slow for that life. Doubling it some times would take too long.
        life = 3 * (Date.now() - begin)
      }
      t.tooSlow('store or machine were too slow to touch 60 sessions before their end')
    },
  },
  {
    id: 'TCH-19',
    axes: ['time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'touch() extends a session that another store has saved, and destroy() ends it.',
    why: 'With two processes behind a balancer, users are logged out although they are active, or not although they logged out.',
    check: 'does the store keep a list of its own sessions in the process, and act on those only?',
    seenIn: 'stores with an index of sids in each process',
    link: manual,
    needs: ['touch', 'shared', 'strict'],
    lane: 'wait',
    async run(t) {
      const [one, other] = await t.pair()
      await one.set('b', t.session({ n: 1 }))
      await other.destroy('b')
      await t.gone(one, 'b', 'after destroy() by a store that had neither saved nor read it')
      await patiently(t, async life => {
        const brief = t.session({ n: 1 }, { maxAge: life })
        await one.set('a', brief)
        await other.touch('a', t.session({ n: 1 }))
        if (!lasts(brief)) return false
        await t.outlive(brief)
        await t.holds(one, 'a', { n: 1 }, 'after touch() by a store that had neither saved nor read it')
        return true
      })
    },
  },
]
