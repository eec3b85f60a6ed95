import * as fc from 'fast-check'
import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { CookieInit, Session } from '../values/session.ts'
import { family, type Rule } from './rule.ts'
import { anyCharacter } from './support/characters.ts'
import { cookieOf, instantOf } from './support/cookies.ts'
import { kept, keptOrRefused } from './support/kept.ts'
import { levelsOf, nested } from './support/nested.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'
const stringify =
  'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/JSON/stringify'

/** Names that stores, databases and session libraries use for themselves. */
const taken =
  'id _id sid sess session data key value user expires expire expired expiry ttl maxAge lastModified lastAccess __lastAccess createdAt updatedAt version __v _rev hash length'.split(
    ' ',
  )

/** A number that some number formats do not have. */
const extreme = (value: unknown): boolean =>
  typeof value === 'number' && value !== 0 && (Math.abs(value) > 1e100 || Math.abs(value) < 1e-100)

/** Whether a store may refuse this data, because separate rules allow it to refuse these characters or numbers. */
function mayBeRefused(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000')
  if (typeof value !== 'object' || value === null) return extreme(value)
  return Object.entries(value).some(([name, inner]) => name.includes('\u0000') || mayBeRefused(inner))
}

async function cookieComesBack(
  t: Trial,
  store: StoreHandle,
  sid: string,
  session: Session,
  when = '',
): Promise<void> {
  const call = `get(${JSON.stringify(sid)})${when}`
  const got = cookieOf(t, await store.get(sid), call)
  for (const [field, value] of Object.entries(session.cookie.data)) {
    if (field !== 'expires') t.equal(got[field] ?? null, value, `${call}.cookie.${field}`)
  }
}

export const roundTripSession: readonly Rule[] = family('round trip', [
  {
    id: 'RT-12',
    axes: [],
    level: 'MUST',
    sentence: 'Fields of the session may be named id, _id, sid, expires, ttl, data, lastModified and so on.',
    why: 'What the app has put there under such a name is gone, or is the store’s, on the next page.',
    check: 'does the store keep notes of its own inside the session? Keep them beside it.',
    seenIn: 'connect-mongo deletes lastModified, session-file-store overwrites __lastAccess',
    link: 'https://github.com/jdesboeufs/connect-mongo',
    async run(t) {
      const store = await t.open()
      const data = Object.fromEntries(taken.map(name => [name, `${name} of the app`]))
      await store.set('a', t.session(data))
      const got = await store.get('a')
      t.ok(got, 'get("a") gave undefined, want a session with the field expires and others of the app')
      for (const [name, value] of Object.entries(data)) t.equal(got?.[name], value, `get("a").${name}`)
    },
  },
  {
    id: 'RT-14',
    axes: ['size'],
    level: 'MUST',
    sentence: 'Deeply nested data is kept or refused; never flattened or cut.',
    why: 'The inner part of a form or of a tree is gone after the next page load.',
    check:
      'does the backend limit how deep documents may be (Firestore 20, DynamoDB 32, MongoDB 100 levels)?',
    seenIn: 'stores that map sessions to documents',
    link: 'https://firebase.google.com/docs/firestore/quotas',
    async run(t) {
      const store = await t.open()
      await kept(t, store, 'a', { tree: nested(10) }, '10 levels')
      for (const levels of [25, 50, 100]) {
        const sid = `levels${levels}`
        const refused = t.refused(await store.outcome('set', [sid, t.session({ tree: nested(levels) })]))
        const got = refused ? undefined : await store.get(sid)
        if (refused) continue
        t.ok(got, `get("${sid}") after set() of ${levels} levels gave undefined`)
        t.equal(levelsOf(got?.tree), levels, `levels of get("${sid}")`)
        t.same(got, { tree: nested(levels) }, `get("${sid}") after set() of ${levels} levels`)
      }
    },
  },
  {
    id: 'RT-15',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'set() replaces the whole session: what is no longer in it is gone.',
    why: 'delete req.session.user does not log out; an emptied cart is full again.',
    check: 'does set() merge into what is stored (HSET, $set, deep merge, INSERT … ON CONFLICT DO NOTHING)?',
    seenIn: 'connect-redis 6.1 merged on set() and was taken back',
    link: 'https://github.com/tj/connect-redis/pull/347',
    async run(t) {
      const store = await t.open()
      await store.set(
        'a',
        t.session({ user: 'ada', form: { x: 1, y: 2 }, list: [1, 2, 3], deep: { in: { n: 1 } } }),
      )
      const next = { form: { y: 3 }, list: [4], deep: { in: {} }, added: true }
      await store.set('a', t.session(next))
      await t.holds(store, 'a', next, 'after a second set()')
      await store.set('a', t.session({}))
      await t.holds(store, 'a', {}, 'after set() of a session without data')
    },
  },
  {
    id: 'RT-16',
    axes: [],
    level: 'MUST',
    sentence:
      'The cookie comes back: path, domain, httpOnly, secure, sameSite, partitioned, priority and originalMaxAge.',
    why: 'A session without a cookie crashes the request; a cookie without its flags is sent again with weaker ones.',
    check: 'is session.cookie serialised with its toJSON(), and every field of it stored?',
    seenIn: 'stores that save the data only',
    link: 'https://github.com/expressjs/session/issues/904',
    async run(t) {
      const store = await t.open()
      const cookies: CookieInit[] = [
        {
          maxAge: 60_000,
          path: '/app/a%20b',
          domain: '.example.com',
          httpOnly: false,
          secure: true,
          sameSite: 'none',
        },
        { maxAge: 7_776_000_123, secure: false, sameSite: true, partitioned: true, priority: 'high' },
        { expires: null, path: '/', sameSite: 'lax', priority: 'low', partitioned: false },
        { maxAge: 60_000, sameSite: false, priority: 'medium' },
      ]
      for (const [index, init] of cookies.entries()) {
        const session = t.session({ n: 1 }, init)
        await store.set(`s${index}`, session)
        // In the same millisecond, what is left of a life is all of it.
        await t.wait(5)
        await cookieComesBack(t, store, `s${index}`, session)
        if (!t.has('touch')) continue
        await store.touch(`s${index}`, t.session({ n: 1 }, init))
        await t.wait(5)
        await cookieComesBack(t, store, `s${index}`, session, ' after touch()')
      }
    },
  },
  {
    id: 'RT-17',
    axes: [],
    level: 'MUST',
    sentence:
      'cookie.expires comes back as a Date, as a text with its time zone (ISO), or as null where there was none.',
    why: 'express-session knows these only: with a number in its place the cookie gets a wrong end, or the request fails.',
    check:
      'is the cookie serialised through its toJSON()? A structured clone of it has _expires in place of expires.',
    seenIn: 'stores that clone the session without JSON, or put their own timestamp there',
    link: manual,
    async run(t) {
      const store = await t.open()
      const session = t.session({ n: 1 }, { maxAge: 60_000 })
      await store.set('a', session)
      const { expires } = cookieOf(t, await store.get('a'), 'get("a")')
      const at = instantOf(expires)
      if (at === undefined)
        t.deepEqual(expires, session.cookie.expires?.toISOString(), 'get("a").cookie.expires')
      // If a store computes the expiry from the remaining lifetime, it is off by the duration of the call.
      const off = Math.abs(Number(at) - Number(session.cookie.expires))
      t.ok(off <= 1000 + t.granularity, `get("a").cookie.expires is ${off} ms away from what was set`)
      await store.set('b', t.session({ n: 1 }, { expires: null }))
      const browser = cookieOf(t, await store.get('b'), 'get("b")')
      t.equal(browser.expires ?? null, null, 'get("b").cookie.expires of a cookie that ends with the browser')
    },
  },
  {
    id: 'RT-18',
    axes: [],
    level: 'SHOULD',
    sentence: 'A Date in the data comes back as JSON gives it, or as an equal Date.',
    why: 'An empty object or a number in its place breaks every comparison of dates, only after the next page load.',
    check: 'are objects cloned or merged key by key? A Date has no keys.',
    seenIn: 'connect-redis 6.1: a deep merge made {} of dates',
    link: 'https://github.com/tj/connect-redis/pull/348',
    async run(t) {
      const store = await t.open()
      const at = '2024-02-29T12:34:56.789Z'
      await store.set('a', t.session({ at: new Date(at), list: [new Date(at)] }))
      const got = await store.get('a')
      t.ok(got, 'get("a") gave undefined, want the session')
      for (const [name, value] of [
        ['at', got?.at],
        ['list[0]', got?.list?.[0]],
      ]) {
        t.deepEqual(value instanceof Date ? value.toJSON() : value, at, `get("a").${name}`)
      }
    },
  },
  {
    id: 'RT-19',
    axes: [],
    level: 'SHOULD',
    sentence: 'Fields that are undefined, and functions, are dropped as JSON drops them.',
    why: 'The same app behaves otherwise with another store: "user" in req.session, or a function that is there in tests only.',
    check: 'does a store in memory keep or clone objects where others serialise them?',
    seenIn: 'the default store of @fastify/session, connect-loki',
    link: stringify,
    async run(t) {
      const store = await t.open()
      const data = { n: 1, gone: undefined, act() {}, nested: { gone: undefined, kept: true } }
      await store.set('a', t.session(data))
      await t.holds(store, 'a', { n: 1, nested: { kept: true } }, 'after set() with undefined and a function')
    },
  },
  {
    id: 'RT-20',
    axes: [],
    level: 'MUST',
    sentence: 'Whatever JSON can say: get() gives what set() took.',
    why: 'Some value of some user breaks the session of that user, and of nobody in the tests.',
    check: 'run the command under "again": the counterexample is the least session that does not survive.',
    seenIn: 'anything that the tables of the other rules lack',
    link: stringify,
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: anyCharacter() }))
      const leaf = fc.oneof(
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
      )
      const name = text.filter(key => key !== 'cookie' && key !== '__proto__')
      const { value } = fc.letrec<{ value: unknown }>(tie => ({
        value: fc.oneof(
          { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
          fc.oneof(leaf, fc.constant(null)),
          fc.array(tie('value'), { maxLength: 6 }),
          fc.dictionary(name, tie('value'), { maxKeys: 6 }),
        ),
      }))
      const sessions = fc
        .dictionary(name, value, { maxKeys: 6 })
        .map(data => JSON.parse(JSON.stringify(data)) as object)
      let run = 0
      const property = fc.asyncProperty(sessions, async data => {
        const sid = `run${run++}`
        if (mayBeRefused(data)) await keptOrRefused(t, store, sid, data, 'the counterexample')
        else await kept(t, store, sid, data, 'the counterexample')
      })
      await t.property(property, { numRuns: 60, timeLimitMs: 5000 })
    },
  },
  {
    id: 'RT-21',
    axes: [],
    level: 'SHOULD',
    sentence: 'The store adds no fields of its own to the session.',
    why: 'A session that differs from what was saved counts as changed: every request writes it, and saves overwrite each other.',
    check: 'does set() note something in the session before it is serialised, or get() after it is parsed?',
    seenIn: 'session-file-store: __lastAccess',
    link: 'https://github.com/valery-barysok/session-file-store',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const got = await store.get('a')
      t.ok(got, 'get("a") gave undefined, want the session')
      const added = Object.keys(got ?? {}).filter(key => key !== 'n' && key !== 'cookie')
      t.equal(added.join(', '), '', 'fields that get("a") has and set() did not')
    },
  },
])
