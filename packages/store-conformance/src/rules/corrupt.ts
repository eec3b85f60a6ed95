import type { StoreHandle } from '../calls/handle.ts'
import { textOf, Unverified } from '../errors.ts'
import type { Trial } from '../trial/trial.ts'
import { show } from '../values/show.ts'
import { family, type Rule } from './rule.ts'
import { openWithTtl, patiently } from './support/lives.ts'

const unparsable = ['{"cookie":{"originalMaxAge":6', 'this is no JSON', '']
const strange = ['null', '42', '"text"', '[]', 'true']
const cookieless = ['{"n":1}', '{"n":1,"cookie":null}']

/** Writes each text to a separate row, whose sid is `prefix` and a number. Returns the rows that the backend accepted. */
async function spoil(t: Trial, store: StoreHandle, prefix: string, texts: readonly string[]) {
  const taken: { sid: string; text: string }[] = []
  let refusal: unknown
  for (const [index, text] of texts.entries()) {
    const sid = `${prefix}${index}`
    // The row exists first, because the hook of some backends can only update.
    await store.set(sid, t.session({ n: 1 }))
    try {
      await t.hook('putRaw', store, sid, text)
      taken.push({ sid, text })
    } catch (error) {
      if (!(error instanceof Unverified)) throw error
      refusal = error
    }
  }
  if (taken.length === 0) throw refusal
  return taken
}

/** Checks that `get` fails or finds nothing. */
async function refuses(t: Trial, store: StoreHandle, sid: string, text: string): Promise<void> {
  const outcome = await store.outcome('get', [sid])
  t.ok(!outcome.threw, `get() of the row ${text || '(empty)'} threw, want an error or a miss`)
  if (outcome.failed || t.isMiss(outcome)) return
  t.fail(`get() of the row ${text || '(empty)'} gave ${show(outcome.value)}, want an error or a miss`)
}

export const corrupt: readonly Rule[] = family('corrupt rows', [
  {
    id: 'COR-01',
    axes: [],
    level: 'MUST',
    sentence:
      'get() of a row that cannot be parsed gives an error or a miss; it neither throws nor leaves the caller waiting.',
    why: 'One half-written row ends the process, or hangs every request of that user for good.',
    check: 'is JSON.parse inside a try whose catch calls back?',
    seenIn:
      'connect-sqlite3: throws in the driver’s callback; better-sqlite3-session-store; session-file-store',
    link: 'https://github.com/valery-barysok/session-file-store/issues/36',
    needs: ['putRaw'],
    async run(t) {
      const store = await t.open()
      for (const { sid, text } of await spoil(t, store, 'bad', unparsable)) await refuses(t, store, sid, text)
    },
  },
  {
    id: 'COR-02',
    axes: [],
    level: 'MUST',
    sentence: 'A bad row harms no other session.',
    why: 'What broke for one user breaks for all: a restart does not help, as the row is still there.',
    check: 'are all sessions in one file, or does the error handler of a read clear more than that row?',
    seenIn: 'connect-sqlite3 under load; stores that keep everything in one file',
    link: 'https://github.com/valery-barysok/session-file-store/issues/18',
    needs: ['putRaw'],
    async run(t) {
      const store = await t.open()
      await store.set('good', t.session({ n: 2 }))
      for (const { sid } of await spoil(t, store, 'bad', unparsable))
        await store.outcome('get', [sid], { mayHang: true })
      await t.holds(store, 'good', { n: 2 }, 'after get() of bad rows')
      await store.set('new', t.session({ n: 3 }))
      await t.holds(store, 'new', { n: 3 }, 'beside bad rows')
    },
  },
  {
    id: 'COR-03',
    axes: [],
    level: 'SHOULD',
    sentence: 'all() leaves a bad row out or reports an error; it does not throw.',
    why: 'The page that lists sessions crashes the process, or never loads, because of one row.',
    check: 'is each row parsed in a try of its own?',
    seenIn: 'connect-sqlite3: JSON.parse in the driver’s callback',
    link: 'https://github.com/valery-barysok/session-file-store/issues/32',
    needs: ['putRaw', 'all'],
    async run(t) {
      const store = await t.open()
      await store.set('good', t.session({ n: 2 }))
      const lists = async (): Promise<boolean> => (await store.all()).some(({ session }) => session?.n === 2)
      // Another rule tests what a listing returns besides sessions.
      const before = await lists()
      const bad = await spoil(t, store, 'bad', unparsable)
      const { failed, threw } = await store.outcome('all')
      t.ok(!threw, 'all() with a bad row threw, want the error through the callback')
      await t.wait(20)
      t.equal(t.uncaught.splice(0)[0], undefined, 'all() with a bad row, in a later tick,')
      if (failed) return
      const entries = await store.all()
      const sids = new Set(bad.map(row => row.sid))
      for (const { sid, session } of entries) {
        const listed = (sid !== undefined && sids.has(sid)) || typeof session !== 'object' || session === null
        t.ok(!listed, `all() lists the bad row ${sid ?? show(session)}, want it left out`)
      }
      t.ok(!before || (await lists()), 'all() with a bad row leaves the good session out')
    },
  },
  {
    id: 'COR-04',
    axes: [],
    level: 'SHOULD',
    sentence: 'JSON that is not an object is not returned as a session.',
    why: 'The middleware reads session.cookie.expires of it and crashes, on every request of that user.',
    check: 'does get() look at what JSON.parse gave before it calls back?',
    seenIn: 'every public store that was looked at gives 42 as a session',
    link: 'https://github.com/expressjs/session/issues/824',
    needs: ['putRaw'],
    async run(t) {
      const store = await t.open()
      for (const { sid, text } of await spoil(t, store, 'odd', strange)) await refuses(t, store, sid, text)
    },
  },
  {
    id: 'COR-05',
    axes: [],
    level: 'MUST',
    sentence: 'set() heals a bad row.',
    why: 'A user with a bad row can never log in again, as each save fails over the old text.',
    check: 'does set() read and parse the old session first?',
    seenIn: 'stores that write by reading, changing and writing back',
    link: 'https://github.com/valery-barysok/session-file-store/pull/46',
    needs: ['putRaw'],
    async run(t) {
      const store = await t.open()
      for (const { sid } of await spoil(t, store, 'bad', [...unparsable, ...strange])) {
        await store.set(sid, t.session({ n: 2 }))
        await t.holds(store, sid, { n: 2 }, 'after set() over a bad row')
      }
    },
  },
  {
    id: 'COR-06',
    axes: [],
    level: 'MUST',
    sentence: 'destroy() removes a bad row.',
    why: 'The logout fails, and the row stays for ever.',
    check: 'does destroy() read and parse the session first?',
    seenIn: 'stores that parse the session for an event or an index before they remove it',
    link: 'https://github.com/valery-barysok/session-file-store/pull/46',
    needs: ['putRaw'],
    async run(t) {
      const store = await t.open()
      for (const { sid } of await spoil(t, store, 'bad', [...unparsable, ...strange])) {
        await store.destroy(sid)
        await t.gone(store, sid, 'after destroy() of a bad row')
      }
    },
  },
  {
    id: 'COR-07',
    axes: [],
    level: 'SHOULD',
    sentence: 'A row without a cookie gives an error, a miss, or a session that the store gave a cookie.',
    why: 'express-session reads session.cookie.expires and crashes; other services and hands write such rows.',
    check: 'does get() look for the cookie before it calls back?',
    seenIn: 'connect-mongo and connect-redis with rows that another program wrote',
    link: 'https://github.com/expressjs/session/pull/634',
    needs: ['putRaw'],
    async run(t) {
      const store = await t.open()
      for (const { sid, text } of await spoil(t, store, 'bare', cookieless)) {
        const outcome = await store.outcome('get', [sid])
        t.ok(!outcome.threw, `get() of the row ${text} threw, want an error or a miss`)
        if (outcome.failed || t.isMiss(outcome)) continue
        const cookie: unknown = (outcome.value as { cookie?: unknown }).cookie
        t.ok(
          typeof cookie === 'object' && cookie !== null,
          `get() of the row ${text} gave a session without a cookie, want an error or a miss`,
        )
      }
    },
  },
  {
    id: 'COR-08',
    axes: ['time'],
    since: '1.1',
    level: 'MUST',
    sentence:
      'A session that was written without a cookie is one of the default lifetime, and is given with a cookie.',
    why: 'Other packages, scripts and hands write such sessions: every request of that user is an error, or the session never ends.',
    check: 'is a missing cookie that of a session whose end is the default, in set() and in get()?',
    seenIn: 'express-openid-connect, koa-session and hono-sessions write them',
    link: 'https://github.com/expressjs/session/pull/634',
    needs: ['recordStore', 'defaultTtl'],
    slow: true,
    async run(t) {
      await patiently(t, async life => {
        const { store, ttlMs } = await openWithTtl(t, life)
        const began = Date.now()
        await store.set('a', { n: 1 })
        const { failed, error, value } = await store.outcome('get', ['a'])
        if (Date.now() >= began + ttlMs) return false
        t.ok(!failed, `get("a") of a session without a cookie failed with ${textOf(error)}, want the session`)
        t.same(value, { n: 1 }, 'get("a") of a session without a cookie')
        const { cookie } = value as { cookie?: unknown }
        t.ok(
          typeof cookie === 'object' && cookie !== null,
          'get("a") gave a session without a cookie, want one',
        )
        await t.outlive(t.session({ n: 1 }, { maxAge: ttlMs }))
        await t.gone(store, 'a', `after the default lifetime of ${ttlMs} ms, without a cookie`)
        return true
      })
    },
  },
])
