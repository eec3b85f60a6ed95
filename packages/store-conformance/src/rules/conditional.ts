import type { StoreHandle } from '../calls/handle.ts'
import type { Stored } from '../calls/stored.ts'
import type { Trial } from '../trial/trial.ts'
import { movesTheExpiry } from './conditional-lives.ts'
import { conditionalRaces } from './conditional-races.ts'
import { records } from './records.ts'
import { family, type Rule } from './rule.ts'
import { loadBrief } from './support/lives.ts'

const upstream = 'https://github.com/expressjs/session/issues/632'
const mark = Symbol.for('coatcheck.loaded')

/** Reads an existing session. */
async function load(t: Trial, store: StoreHandle, sid = 'a'): Promise<Stored> {
  const session = await store.load(sid)
  if (session) return session
  return t.fail(`reading "${sid}" for an update gave nothing, want the session`)
}

/** The same session in the form in which the middleware saves it when it only has to exist. */
function existenceOnly(t: Trial, session: Stored): Stored {
  const loaded = (session as Record<symbol, unknown>)[mark]
  if (typeof loaded !== 'object' || loaded === null)
    t.unverified('the subject maps conditional updates, and those always compare')
  const value = { ...(loaded as object), compare: false }
  return Object.defineProperty({ ...session }, mark, { value, configurable: true, writable: true })
}

export const conditional: readonly Rule[] = [
  ...family('conditional updates', [
    {
      id: 'CAS-01',
      axes: ['repetition'],
      level: 'MUST',
      sentence:
        'An update of a session that was not changed meanwhile succeeds, and so does the next one after it.',
      why: 'Otherwise every save is a conflict: users wait for retries, or see errors.',
      check:
        'does update compare with the text that was read, and is the new text noted after it was written?',
      seenIn: 'stores that compare with another serialisation than the one that was stored',
      link: upstream,
      needs: ['conditional'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const session = await load(t, store)
        session.n = 2
        t.equal(await store.update('a', session), 'updated', 'the update of an unchanged session')
        await t.holds(store, 'a', { n: 2 }, 'after the update')
        const again = t.subject.conditional ? await load(t, store) : session
        again.n = 3
        t.equal(await store.update('a', again), 'updated', 'a second update, after the first one')
        await t.holds(store, 'a', { n: 3 }, 'after the second update')
      },
    },
    {
      id: 'CAS-02',
      axes: [],
      level: 'MUST',
      sentence:
        'An update of a session that was changed meanwhile fails with that reason and writes nothing.',
      why: 'Two requests at once: the second one throws away what the first one has saved, and nobody learns of it.',
      check: 'is the comparison part of the statement that writes, for instance in its WHERE?',
      seenIn: 'every store whose set() is an upsert',
      link: 'https://github.com/expressjs/session/issues/361',
      needs: ['conditional'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const [first, second] = [await load(t, store), await load(t, store)]
        first.n = 2
        second.n = 3
        t.equal(await store.update('a', first), 'updated', 'the first update')
        t.equal(await store.update('a', second), 'changed', 'the update of what another one has changed')
        await t.holds(store, 'a', { n: 2 }, 'after the refused update')
      },
    },
    {
      id: 'CAS-03',
      axes: [],
      level: 'MUST',
      sentence: 'An update of a destroyed session finds it missing and does not bring it back.',
      why: 'A request that began before the logout ends after it: its save would log the user in again.',
      check: 'does an update that changed no row distinguish missing from changed, without an insert?',
      seenIn: 'connect-redis and every store whose set() is an upsert',
      link: 'https://github.com/tj/connect-redis/issues/328',
      needs: ['conditional'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const session = await load(t, store)
        await store.destroy('a')
        session.n = 2
        const result = await store.update('a', session)
        await t.gone(store, 'a', 'after destroy() and an update')
        t.equal(result, 'missing', 'the update of a destroyed session')
      },
    },
    {
      id: 'CAS-04',
      axes: [],
      level: 'MUST',
      sentence: 'An update that only requires a session replaces other content, and never inserts.',
      why: 'This is how a save behaves by default: the last writer wins, but nobody undoes a logout.',
      check: 'is the statement an UPDATE, or SET … XX, when nothing is expected?',
      seenIn: 'nextjs-auth0 before it could update without inserting',
      link: 'https://github.com/auth0/nextjs-auth0/pull/2530',
      needs: ['conditional'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const session = existenceOnly(t, await load(t, store))
        await store.set('a', t.session({ n: 2 }))
        session.n = 3
        const overwriting = await store.update('a', session)
        t.equal(overwriting, 'updated', 'an update by existence of what another one has changed')
        await t.holds(store, 'a', { n: 3 }, 'after an update by existence')
        await store.destroy('a')
        const result = await store.update('a', session)
        await t.gone(store, 'a', 'after destroy() and an update by existence')
        t.equal(result, 'missing', 'an update by existence of a destroyed session')
      },
    },
    {
      id: 'CAS-05',
      axes: ['time'],
      level: 'MUST',
      sentence: 'An update finds an expired session missing and does not revive it.',
      why: 'A session that has timed out comes back to life because one slow request was still under way.',
      check: 'does the statement check the expiry, because the row may still be there?',
      seenIn: 'stores that update by sid alone',
      link: 'https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#session-expiration',
      needs: ['conditional'],
      lane: 'wait',
      async run(t) {
        const store = await t.open()
        const [compared, other] = await loadBrief(t, store)
        const existing = t.subject.conditional ? undefined : existenceOnly(t, other)
        compared.cookie = t.plain().cookie!
        const result = await store.update('a', compared)
        await t.gone(store, 'a', 'after its end and an update')
        t.equal(result, 'missing', 'the update of an expired session')
        if (!existing) return
        existing.cookie = t.plain().cookie!
        const second = await store.update('b', existing)
        await t.gone(store, 'b', 'after its end and an update by existence')
        t.equal(second, 'missing', 'an update by existence of an expired session')
      },
    },
    {
      id: 'CAS-07',
      axes: [],
      level: 'MUST',
      sentence: 'A plain set() makes what was read before it stale.',
      why: 'A writer that does not compare would be overwritten unseen by one that does.',
      check: 'is the comparison made with what is stored, or with a mark that only updates move?',
      seenIn: 'version columns that an ordinary save does not raise',
      link: 'https://github.com/SerayaEryn/fastify-session/issues/237',
      needs: ['conditional'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const session = await load(t, store)
        await store.set('a', t.session({ n: 2 }))
        session.n = 3
        t.equal(await store.update('a', session), 'changed', 'an update of what a plain set() has changed')
        await t.holds(store, 'a', { n: 2 }, 'after the refused update')
      },
    },
    {
      id: 'CAS-08',
      axes: [],
      level: 'SHOULD',
      sentence: 'touch() does not make what was read before it stale.',
      why: 'Every request touches: two tabs open, and each save is a conflict.',
      check: 'does touch() rewrite the stored text, for instance with the new expiry in it?',
      seenIn: 'stores that keep the expiry only inside the text',
      link: 'https://github.com/expressjs/session#storetouchsid-session-callback',
      needs: ['conditional', 'touch'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const session = await load(t, store)
        await store.touch('a', t.session({ n: 1 }, { maxAge: 120_000 }))
        session.n = 2
        t.equal(await store.update('a', session), 'updated', 'an update after touch()')
        await t.holds(store, 'a', { n: 2 }, 'after touch() and an update')
      },
    },
    {
      id: 'CAS-09',
      axes: ['repetition'],
      level: 'SHOULD',
      sentence: 'A session with the same content counts as unchanged.',
      why: 'A request that saves what it has read would make all others repeat their work for nothing.',
      check: 'is the stored text, or a hash of it, compared, rather than a counter?',
      seenIn: 'version counters that are raised by every save',
      link: 'https://github.com/expressjs/session#resave',
      needs: ['conditional'],
      async run(t) {
        if (t.subject.conditional) t.unverified('the subject maps conditional updates, perhaps to versions')
        const store = await t.open()
        const same = t.session({ n: 1 })
        await store.set('a', same)
        const session = await load(t, store)
        await store.set('a', same)
        session.n = 2
        t.equal(await store.update('a', session), 'updated', 'an update after a set() of the same content')
        await t.holds(store, 'a', { n: 2 }, 'after the update')
      },
    },
    {
      id: 'CAS-10',
      axes: [],
      level: 'MUST',
      sentence: 'A session that was read under one sid and is saved under another is new there.',
      why: 'regenerate() at login carries data over to a new sid: to update there would find nothing, and the login fails.',
      check: 'is it noted under which sid the session was read?',
      seenIn: 'code that takes any session that was read for one to be updated',
      link: 'https://github.com/expressjs/session#sessionregeneratecallback',
      needs: ['conditional'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const session = await load(t, store)
        await store.destroy('a')
        await store.set('b', session)
        await t.holds(store, 'b', { n: 1 }, 'after set() of a session that was read as "a"')
        await t.gone(store, 'a', 'after it was saved under another sid')
      },
    },
    {
      id: 'CAS-11',
      axes: [],
      level: 'MUST',
      sentence: 'The note of a store for updates is not part of the session data.',
      why: 'It would be saved, compared, copied by the app and sent to clients, and grow with each save.',
      check: 'is the note under a symbol that is not enumerable, or in a WeakMap?',
      seenIn: 'stores with a version field in the session',
      link: 'https://github.com/mongodb-js/connect-mongodb-session',
      needs: ['conditional'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const session = await load(t, store)
        const names = (of: object): string[] => {
          const seen: string[] = []
          for (const name in of) seen.push(name)
          return seen.filter(name => name !== 'cookie')
        }
        t.deepEqual(names(session), ['n'], 'the fields of a session read for an update, the cookie aside,')
        const copy = Object.getOwnPropertySymbols({ ...session }).map(String)
        t.deepEqual(copy, [], 'the symbols in a copy of a session read for an update')
        session.n = 2
        await store.update('a', session)
        t.deepEqual(
          names((await store.get('a')) ?? {}),
          ['n'],
          'the fields after an update, the cookie aside,',
        )
      },
    },
    movesTheExpiry,
    {
      id: 'CAS-14',
      axes: [],
      level: 'MUST',
      sentence: 'A copy without the store’s note is an ordinary set(): it replaces, and inserts.',
      why: 'express-session hands over such copies and expects of set() that the session is there afterwards.',
      check: 'does set() fall back to insert or replace when the session carries no note?',
      seenIn: 'code that remembers by sid what was read, instead of on the session',
      link: 'https://github.com/expressjs/session#storesetsid-session-callback',
      needs: ['conditional'],
      async run(t) {
        const store = await t.open()
        await store.set('a', t.session({ n: 1 }))
        const copy = JSON.parse(JSON.stringify(await load(t, store))) as Stored
        await store.set('a', t.session({ n: 2 }))
        copy.n = 3
        await store.set('a', copy)
        await t.holds(store, 'a', { n: 3 }, 'after set() of a copy')
        await store.destroy('a')
        await store.set('a', copy)
        await t.holds(store, 'a', { n: 3 }, 'after destroy() and set() of a copy')
      },
    },
    ...conditionalRaces,
  ]),
  ...records,
]
