import type { StoreHandle } from '../calls/handle.ts'
import type { Stored } from '../calls/stored.ts'
import { textOf } from '../errors.ts'
import type { AnyStore } from '../subject/any-store.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'

const source = 'https://github.com/expressjs/session/blob/master/session/store.js'

/** The object that the middleware passes to these methods as the request. */
interface Request {
  sessionID: string
  sessionStore: AnyStore
  session?: { n?: unknown; id?: unknown; cookie?: { expires?: unknown }; save?: unknown }
}

/** The session that the store makes from stored data and puts on the request. */
async function created(t: Trial, store: StoreHandle, request: Request): Promise<Stored | undefined> {
  const stored = await store.get(request.sessionID)
  t.ok(stored, `get("${request.sessionID}") gave undefined, want the session`)
  try {
    // A copy, because a store may return a frozen object.
    store.store.createSession(request, { ...stored })
  } catch (error) {
    t.fail(`createSession(req, session) threw ${textOf(error)}, want no error`)
  }
  const { session } = request
  t.ok(session, 'createSession(req, session) put no session on req')
  t.equal(session?.n, 1, 'n of the session that createSession() put on req')
  t.equal(typeof session?.save, 'function', 'typeof save of the session that createSession() put on req')
  const date = session?.cookie?.expires instanceof Date
  t.ok(date, 'cookie.expires of the session that createSession() put on req is no Date')
  return stored
}

/** Calls every method of a store for one sid. Answers and effects must be the same as in the first round. */
async function round(t: Trial, store: StoreHandle, sid: string, n: number): Promise<void> {
  const when = `in round ${n} of the same calls`
  await store.set(sid, t.session({ n }))
  await t.holds(store, sid, { n }, when)
  await store.set(sid, t.session({ n: -n }))
  if (t.has('touch')) {
    await store.touch(sid, t.session({ n }))
    await store.touch(sid, t.session({ n }))
  }
  await t.holds(store, sid, { n: -n }, when)
  if (t.has('all')) await store.all()
  if (t.has('length')) await store.length()
  await store.destroy(sid)
  await store.destroy(sid)
  await t.gone(store, sid, when)
  const circular: Record<string, unknown> = {}
  circular.self = circular
  await store.outcome('set', [sid, t.session(circular)], { mayHang: true })
  await store.destroy(sid)
}

export const repetition: RuleText = {
  id: 'API-15',
  axes: ['repetition'],
  since: '1.1',
  level: 'MUST',
  sentence: 'A method answers the twelfth time as it does the first, also after an error.',
  why: 'It works in every test and fails in production after some hours, until somebody restarts the app.',
  check:
    'what is kept in the store object between two calls: statements, queues, counters, a promise of the last call?',
  seenIn: 'prepared statements that are closed after an error; queues that stop at the first failure',
  link: source,
  clears: true,
  slow: true,
  async run(t) {
    const store = await t.open()
    for (let n = 1; n <= 12; n++) await round(t, store, n % 2 === 0 ? 'even' : 'same', n)
    if (!t.has('clear')) return
    for (const n of [1, 2, 3]) {
      await store.set('a', t.session({ n }))
      await store.clear()
      await t.gone(store, 'a', `after clear() number ${n}`)
    }
  },
}

export const middleware: RuleText = {
  id: 'API-14',
  axes: [],
  since: '1.1',
  exactSids: true,
  level: 'MUST',
  sentence:
    'A store has createSession(), load() and regenerate() as the Store of express-session gives them, and lets generate be set.',
  why: 'The middleware calls createSession() for each request that has a session: without it all of them are answered with status 500.',
  check:
    'does the class extend Store of express-session, or of @coatcheck/session, rather than EventEmitter alone?',
  seenIn: 'stores that extend EventEmitter',
  link: source,
  needs: ['callbacks'],
  async run(t) {
    const store = await t.open()
    for (const method of ['createSession', 'load', 'regenerate']) {
      t.equal(typeof store.store[method], 'function', `typeof store.${method}`)
    }
    await store.set('a', t.session({ n: 1 }))
    const stored = await created(t, store, { sessionID: 'a', sessionStore: store.store })
    // load() of express-session changes the object that get() has returned. Not every middleware does.
    if (!Object.isFrozen(stored)) {
      const loaded = (await store.outcome('load', ['a'], { style: 'callback' })).value as Request['session']
      t.equal(loaded?.n, 1, 'n of the session that load("a") gave')
    }
    const missed = await store.outcome('load', ['nobody'], { style: 'callback' })
    // For the middleware, an error with the code ENOENT is a missing session.
    t.ok(t.isMiss(missed), 'load("nobody") did not give nothing')
    const request: Request = { sessionID: 'a', sessionStore: store.store }
    let generated = 0
    store.store.generate = (given: unknown) => {
      if (given === request) generated++
    }
    const { failed, error } = await store.outcome('regenerate', [request], { style: 'callback' })
    t.ok(!failed, `regenerate(req) failed with ${textOf(error)}, want no error`)
    t.equal(generated, 1, 'calls of the generate that was set, by regenerate(req)')
    await t.gone(store, 'a', 'after regenerate()')
  },
}
