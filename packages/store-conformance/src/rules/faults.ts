import type { Outcome } from '../calls/call.ts'
import type { StoreHandle } from '../calls/handle.ts'
import { textOf } from '../errors.ts'
import type { Trial } from '../trial/trial.ts'
import { show } from '../values/show.ts'
import { afterFailures, seenAfterFailures } from './far-repeats.ts'
import { faultsInCalls } from './faults-in-calls.ts'
import { family, type Rule, type RuleText } from './rule.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

type Text = Pick<RuleText, 'id' | 'axes' | 'sentence' | 'why' | 'check' | 'seenIn' | 'link'>

/** A rule that one method reports a failure of the backend. */
function reports(method: string, args: (t: Trial) => unknown[], text: Text): RuleText {
  const optional = ['touch', 'all', 'length', 'clear'].includes(method)
  return {
    level: 'MUST',
    needs: optional ? [method as 'touch', 'down'] : ['down'],
    lane: 'process',
    budgetMs: 60_000,
    ...text,
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      // Called once without a fault, so that everything is prepared that the store prepares on first use.
      await store.call(method, ...args(t))
      await store.set('a', t.session({ n: 1 }))
      const call = `${method}(${args(t).map(arg => (typeof arg === 'string' ? `"${arg}"` : 'session'))})`
      const { failed, error, value } = await whileDown(t, store, method, args(t))
      if (failed) {
        t.ok(isError(error), `${call} with the backend down gave the error ${show(error)}, want an Error`)
        const code = (error as { code?: unknown }).code
        const missing = method === 'get' && code === 'ENOENT'
        t.ok(!missing, `${call} with the backend down reported a missing session, want an error`)
      } else t.fail(`${call} with the backend down gave ${show(value)}, want an error`)
    },
  }
}

/** Calls while the backend is down. If the backend was evidently not down, there is no verdict. */
async function whileDown(t: Trial, store: StoreHandle, method: string, args: unknown[]): Promise<Outcome> {
  const deadlineMs = t.subject.deadlineMs ?? 10_000
  await t.down(store)
  const first = await store.outcome(method, args, { deadlineMs })
  // The second call counts too: some stores report only the first failure.
  const outcome = first.failed ? await store.outcome(method, args, { deadlineMs }) : first
  if (outcome.failed) return outcome
  const probe = await store.outcome('set', ['probe', t.session({ probe: 1 })], { mayHang: true, deadlineMs })
  await t.up()
  if (!probe.failed && (await finds(t, store, 'probe', 500)))
    t.unverified('the backend went on to take writes although it was to be down')
  return outcome
}

/** Whether `get` returns a session within `ms`. */
async function finds(t: Trial, store: StoreHandle, sid: string, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; ; await t.wait(25)) {
    const outcome = await store.outcome('get', [sid], { mayHang: true })
    if (!outcome.failed && !t.isMiss(outcome)) return true
    if (Date.now() >= end) return false
  }
}

function isError(error: unknown): boolean {
  return typeof error === 'object' && typeof (error as { message?: unknown } | null)?.message === 'string'
}

const onlySid = (): unknown[] => ['a']
const withSession = (t: Trial): unknown[] => ['a', t.session({ n: 1 })]
const nothing = (): unknown[] => []
const swallows = 'does a catch, or a branch on the driver’s error, call back without it?'

export const faults: readonly Rule[] = family('backend faults', [
  reports('get', onlySid, {
    id: 'ERR-01',
    axes: ['repetition'],
    sentence: 'get() reports a failure of the backend as an error, not as a missing session.',
    why: 'A missing session means a new one: a short outage logs everybody out, and nothing tells so.',
    check: swallows,
    seenIn: 'better-sqlite3-session-store before 0.1: with its table gone, every request just had no session',
    link: 'https://github.com/attestate/better-sqlite3-session-store/issues/1',
  }),
  reports('set', withSession, {
    id: 'ERR-02',
    axes: ['repetition'],
    sentence: 'set() reports a failure of the backend.',
    why: 'The user is told that the order was placed or the login worked, and the next request knows nothing of it.',
    check: swallows,
    seenIn: 'connect-redis before it passed the errors of the client on',
    link: 'https://github.com/tj/connect-redis/pull/95',
  }),
  reports('destroy', onlySid, {
    id: 'ERR-03',
    axes: ['repetition'],
    sentence: 'destroy() reports a failure of the backend.',
    why: 'The logout is confirmed, but anyone with the cookie is still logged in.',
    check: swallows,
    seenIn: 'stores that call back from a catch without the error',
    link: manual,
  }),
  reports('touch', withSession, {
    id: 'ERR-04',
    axes: ['repetition'],
    sentence: 'touch() reports a failure of the backend.',
    why: 'Active users are logged out for being idle, and no log says why.',
    check: swallows,
    seenIn: 'stores that fire the update of the expiry and call back at once',
    link: 'https://github.com/expressjs/session#storetouchsid-session-callback',
  }),
  reports('all', nothing, {
    id: 'ERR-05',
    axes: ['repetition'],
    sentence: 'all() reports a failure of the backend.',
    why: 'An empty list says that nobody is logged in: everything derived from it is wrong.',
    check: swallows,
    seenIn: 'stores that start from an empty result and ignore the error',
    link: 'https://github.com/expressjs/session#storeallcallback',
  }),
  reports('length', nothing, {
    id: 'ERR-06',
    axes: ['repetition'],
    sentence: 'length() reports a failure of the backend.',
    why: 'A dashboard shows no users, and an alarm goes off for the wrong reason or not at all.',
    check: swallows,
    seenIn: 'stores that count an empty result and ignore the error',
    link: 'https://github.com/expressjs/session#storelengthcallback',
  }),
  reports('clear', nothing, {
    id: 'ERR-07',
    axes: ['repetition'],
    sentence: 'clear() reports a failure of the backend.',
    why: 'After a leak everybody is to be logged out; the answer says so, and every session still lives.',
    check: swallows,
    seenIn: 'stores that call back from a catch without the error',
    link: 'https://github.com/expressjs/session#storeclearcallback',
  }),
  {
    id: 'ERR-08',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'A store that met a failing backend, at first use or later, recovers when the backend is back.',
    why: 'A database that starts a second after the app, or restarts once, takes all sessions away until somebody restarts the app.',
    check: 'is the promise of the connection or of the set-up kept after it was rejected?',
    seenIn: 'connect-pg-simple: the rejected creation of the table was kept',
    link: 'https://github.com/voxpelli/node-connect-pg-simple/pull/269',
    needs: ['down'],
    lane: 'process',
    budgetMs: 90_000,
    async run(t) {
      const used = await t.open()
      await used.set('a', t.session({ n: 1 }))
      await used.get('a')
      await used.destroy('a')
      const fresh = await t.open({ fresh: true })
      await t.down(used)
      const deadlineMs = t.subject.deadlineMs ?? 10_000
      const options = { mayHang: true, deadlineMs }
      await Promise.all([used.outcome('get', ['a'], options), fresh.outcome('get', ['a'], options)])
      await Promise.all([used, fresh].map(store => store.outcome('set', ['a', t.session({ n: 1 })], options)))
      await t.up()
      await recovered(t, used, 'a store in use')
      await recovered(t, fresh, 'a store first used while the backend was down')
    },
  },
  ...faultsInCalls,
  afterFailures,
  seenAfterFailures,
])

/** Checks that `set` and `get` work again after a while: clients need time to connect. */
async function recovered(t: Trial, store: StoreHandle, which: string): Promise<void> {
  // A restarted server takes longer than a client whose commands are no longer refused.
  const patience = t.subject.backend?.down ? 15_000 : 5000
  for (const end = Date.now() + patience; ; await t.wait(50)) {
    const { failed, error } = await store.outcome('set', ['b', t.session({ n: 2 })], { mayHang: true })
    if (!failed && (await finds(t, store, 'b', 0))) return goesOn(t, store, which)
    const missed =
      !failed && t.has('strict') && t.isMiss(await store.outcome('get', ['b'], { mayHang: true }))
    if (missed)
      t.fail(
        `on ${which}, after the backend was back, set("b", session) was confirmed and get("b") found nothing`,
      )
    const problem = failed ? `failed with ${textOf(error)}` : 'was confirmed, and get("b") found nothing'
    if (Date.now() >= end)
      t.fail(
        `${patience / 1000} s after the backend was back, set("b", session) on ${which} ${problem}, want it to work again`,
      )
  }
}

/** Checks that the store returns neither an old copy nor nothing. */
async function goesOn(t: Trial, store: StoreHandle, which: string): Promise<void> {
  for (const n of [3, 4]) {
    for (const sid of ['a', 'b']) {
      await store.set(sid, t.session({ n }))
      await t.holds(store, sid, { n }, `on ${which}, after the backend was back`)
    }
  }
  await store.destroy('b')
  await t.gone(store, 'b', `after destroy() on ${which}, after the backend was back`)
}
