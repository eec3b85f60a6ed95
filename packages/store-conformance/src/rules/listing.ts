import type { Stored } from '../calls/stored.ts'
import { textOf } from '../errors.ts'
import { show } from '../values/show.ts'
import { besideListing } from './beside.ts'
import { everyKindOfSession } from './every-kind.ts'
import { family, type Rule } from './rule.ts'
import {
  byWho,
  clear,
  count,
  eachOf,
  empty,
  list,
  many,
  numbered,
  onceEach,
  patience,
  setMany,
} from './support/listed.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

export const listing: readonly Rule[] = family('all, length and clear', [
  {
    id: 'ENU-01',
    axes: [],
    level: 'MUST',
    sentence: 'all() gives every live session once, with its data and its cookie.',
    why: 'A page of active sessions, and "log me out everywhere", miss some or show rows nobody can read.',
    check: 'does all() parse each row as get() does?',
    seenIn: 'better-sqlite3-session-store gives raw rows',
    link: manual,
    needs: ['all'],
    async run(t) {
      const store = await t.open()
      const sids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
      for (const who of sids) await store.set(who, t.session({ who, n: 1 }))
      await store.set('c', t.session({ who: 'c', n: 2 }))
      const entries = onceEach(t, byWho(await list(t, store)), sids)
      for (const { sid, session } of entries) {
        if (sid !== undefined) t.equal(sid, session.who, `the sid of {who: ${show(session.who)}} in all()`)
        t.equal(session.n, session.who === 'c' ? 2 : 1, `n of {who: ${show(session.who)}} in all()`)
        const cookie = typeof session.cookie === 'object' && session.cookie !== null
        t.ok(cookie, `all() gave {who: ${show(session.who)}} without a cookie`)
      }
    },
  },
  {
    id: 'ENU-02',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'length() gives the count of sessions as a number.',
    why: 'A count that is a text adds up to "31", and sorts wrong; one that counts writes grows for ever.',
    check: 'does the driver give COUNT as text (bigint in Postgres)? Convert it.',
    seenIn: 'Postgres stores: pg gives bigint as text',
    link: 'https://node-postgres.com/features/types',
    needs: ['length'],
    async run(t) {
      const store = await t.open()
      const before = await count(t, store, 'of a new store')
      if (t.has('namespaces') || !t.has('shared')) t.equal(before, 0, 'length() of a new store')
      for (const who of ['a', 'b', 'c']) await store.set(who, t.session({ who }))
      t.equal(
        (await count(t, store, 'after three set()')) - before,
        3,
        'the growth of length() by three set()',
      )
      await store.set('a', t.session({ who: 'a', n: 2 }))
      const after = await count(t, store, 'after a set() of the same sid')
      t.equal(after - before, 3, 'the growth of length() after a set() of the same sid')
    },
  },
  {
    id: 'ENU-03',
    axes: ['number'],
    level: 'MUST',
    sentence: 'clear() removes every session of this store.',
    why: 'After a leak of secrets "log everybody out" leaves most of them logged in.',
    check: 'does clear() delete all pages of keys, and finish before it calls back?',
    seenIn: 'stores that delete the first page of SCAN or list',
    link: 'https://redis.io/docs/latest/commands/scan/',
    needs: ['clear'],
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const sids = numbered(many(t, 1203, 130))
      await setMany(t, store, sids)
      await clear(t, store)
      const found = await eachOf(t, sids, sid => store.get(sid))
      const left = found.filter(session => session !== undefined)
      t.equal(left.length, 0, `the number of sessions that get() finds after clear() of ${sids.length}`)
      if (t.has('length')) t.equal(await count(t, store, 'after clear()'), 0, 'length() after clear()')
      if (t.has('all'))
        t.equal((await store.all()).length, 0, 'the number of sessions in all() after clear()')
    },
  },
  {
    id: 'ENU-04',
    axes: ['parallelism', 'repetition'],
    level: 'MUST',
    sentence: 'clear() of an empty store is no error, also twice.',
    why: 'Scripts and tests that begin with clear() fail on a new database.',
    check: 'is there a DEL without keys, or a collection that is not there yet?',
    seenIn: 'DEL without keys in Redis, "ns not found" in MongoDB',
    link: 'https://redis.io/docs/latest/commands/del/',
    needs: ['clear'],
    async run(t) {
      const store = await t.open({ fresh: true })
      for (const time of ['the first', 'the second', 'the third']) {
        const { failed, error } = await store.outcome('clear')
        t.ok(!failed, `${time} clear() of an empty store failed with ${textOf(error)}, want no error`)
      }
      await Promise.all([store.clear(), store.clear()])
    },
  },
  {
    id: 'ENU-05',
    axes: ['repetition'],
    clears: true,
    level: 'MUST',
    sentence: 'all() of an empty store is an empty collection.',
    why: 'Object.keys(null) throws: the page of active sessions is an error until somebody logs in.',
    check: 'what does the driver give when there is nothing (MGET without keys, null)?',
    seenIn: 'MGET without keys in Redis',
    link: 'https://redis.io/docs/latest/commands/mget/',
    needs: ['all'],
    async run(t) {
      const store = await empty(t)
      t.equal((await store.all()).length, 0, 'the number of sessions in all() of an empty store')
      await store.set('a', t.session({ who: 'a' }))
      await store.destroy('a')
      t.equal(
        (await store.all()).length,
        0,
        'the number of sessions in all() after the only one was destroyed',
      )
    },
  },
  {
    id: 'ENU-06',
    axes: ['number'],
    clears: true,
    level: 'MUST',
    sentence: 'all() and length() are complete, without doubles, past one page.',
    why: 'With many users some of them are missing from every list and every "log out everywhere".',
    check: 'is there a limit in the query or in the driver, and does the loop over a cursor drop doubles?',
    seenIn: 'page limits of cloud databases; SCAN, which may give a key twice',
    link: 'https://redis.io/docs/latest/commands/scan/',
    needs: ['all'],
    lane: 'serial',
    budgetMs: 90_000,
    async run(t) {
      const store = await t.open()
      const [first, ...others] = numbered(many(t, 1203, 1203))
      const growth = async (): Promise<number> => (t.has('length') ? await count(t, store, 'of many') : 0)
      const before = { listed: (await list(t, store)).length, counted: await growth() }
      await store.set(first!, t.session({ who: first }))
      // Other rules test a length() that does not count at all, and entries without data.
      const counts = (await growth()) - before.counted === 1
      await setMany(t, store, others)
      const entries = await list(t, store)
      const sessions = byWho(entries).size || entries.length - before.listed
      t.equal(sessions, 1203, 'the number of sessions in all() after set() of 1203')
      t.equal(
        entries.length - before.listed,
        1203,
        'the entries in all(), doubles included, after 1203 set(),',
      )
      if (counts) t.equal((await growth()) - before.counted, 1203, 'the growth of length() by 1203 set()')
      if (t.has('clear')) await store.outcome('clear', [], patience)
    },
  },
  {
    id: 'ENU-07',
    axes: ['size'],
    exactSids: true,
    level: 'MUST',
    sentence: 'all() gives the data that get() gives.',
    why: 'A tool that reads all sessions, changes one field and saves them damages every session.',
    check: 'does all() put the sid into the session as id? Give a record by sid, or leave own fields alone.',
    seenIn: 'connect-redis 9: all() overwrites the field id',
    link: 'https://github.com/tj/connect-redis',
    needs: ['all'],
    async run(t) {
      const store = await t.open()
      const data = {
        who: 'a',
        id: 'user-42',
        _id: 7,
        sid: 'mine',
        session: { n: 1 },
        key: null,
        list: [{ n: 1 }],
      }
      await store.set('a', t.session(data, { maxAge: 60_000, path: '/app' }))
      if (t.has('touch')) await store.touch('a', t.session(data, { maxAge: 120_000, path: '/app' }))
      const got = await t.holds(store, 'a', data)
      const [entry] = onceEach(t, byWho(await list(t, store)), ['a'])
      const session = entry?.session ?? {}
      for (const [name, value] of Object.entries(data)) {
        t.deepEqual(session[name], value, `${name} of the session in all()`)
      }
      // Some stores add the sid under their own name, because an array has no other place for it.
      const more = Object.keys(t.data(session) as object).filter(
        name => !(name in data) && session[name] !== 'a',
      )
      t.equal(more.join(', '), '', 'fields that a session in all() has and set() did not')
      for (const name of ['path', 'originalMaxAge'] as const) {
        t.equal(session.cookie?.[name], got.cookie?.[name], `cookie.${name} of the session in all()`)
      }
      const large = { who: 'large', text: 'x'.repeat(100_000), end: true }
      if (!t.refused(await store.outcome('set', ['large', t.session(large)]))) {
        const [found] = onceEach(t, byWho(await list(t, store)), ['large'])
        for (const name of ['text', 'end'] as const)
          t.deepEqual(found?.session[name], large[name], `${name} of a large session in all()`)
      }
      const end = ({ cookie }: Stored): number => new Date(String(cookie?.expires)).getTime()
      const off = Number.isNaN(end(got)) ? 0 : Math.abs(end(session) - end(got))
      t.ok(off <= 1000 + t.granularity, `cookie.expires in all() is ${off} ms away from that of get("a")`)
    },
  },
  {
    id: 'ENU-08',
    axes: [],
    exactSids: true,
    level: 'MUST',
    sentence: 'all() works with any sid that set() took.',
    why: 'One visitor with an odd cookie makes all() fail, or is left out of it.',
    check: 'is the result a plain object that sids are assigned to? Use Object.create(null) or an array.',
    seenIn: 'memorystore 1.6.8: result["__proto__"] = session',
    link: 'https://github.com/roccomuso/memorystore',
    needs: ['all'],
    async run(t) {
      const store = await t.open()
      const odd = [
        '__proto__',
        'constructor',
        '1',
        '01',
        'a:b',
        'a b',
        'a/b',
        '..',
        "'",
        '%',
        'é',
        '🦕',
        'a\nb',
      ]
      const saved: string[] = []
      for (const sid of odd) {
        if (!t.refused(await store.outcome('set', [sid, t.session({ who: sid })]))) saved.push(sid)
      }
      const groups = byWho(await list(t, store))
      if (groups.size === 0)
        t.unverified('all() gives no session that could be told from another; see ENU-01')
      for (const { sid, session } of onceEach(t, groups, saved)) {
        if (sid !== undefined) t.equal(sid, session.who, `the sid of {who: ${show(session.who)}} in all()`)
      }
    },
  },
  {
    id: 'ENU-09',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'The store works after clear().',
    why: 'After "log everybody out" nobody can log in until the process is restarted.',
    check: 'does clear() drop the table or the collection with its indexes? Delete the rows.',
    seenIn: 'DROP TABLE in clear()',
    link: manual,
    needs: ['clear'],
    async run(t) {
      const store = await t.open()
      for (const n of [1, 2]) {
        await store.set('a', t.session({ n }))
        await store.clear()
        await store.set('a', t.session({ n: n + 1 }))
        await t.holds(store, 'a', { n: n + 1 }, 'after clear() and set()')
        await store.destroy('a')
        await t.gone(store, 'a', 'after clear(), set() and destroy()')
      }
    },
  },
  ...besideListing,
  ...everyKindOfSession,
])
