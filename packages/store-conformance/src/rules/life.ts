import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import type { StoreHandle } from '../calls/handle.ts'
import { textOf } from '../errors.ts'
import type { Trial } from '../trial/trial.ts'
import { farLife } from './far-calls.ts'
import { family, type Rule } from './rule.ts'

interface Timer extends NodeJS.Timeout {
  readonly _idleTimeout?: number
  readonly _repeat?: number | null
}

const hour = 3_600_000

/** Where timers are noted. One for all runs: up to Node 22, each of these makes every promise of the process slower. */
const noted: AsyncLocalStorage<Set<Timer>> = new AsyncLocalStorage()

/** The timers started by `work` that keep the process alive for long. */
async function timersOf(work: () => Promise<void>): Promise<Timer[]> {
  const started = new Set<Timer>()
  const hook = createHook({
    init(_id, type, _trigger, resource) {
      if (type === 'Timeout') noted.getStore()?.add(resource as Timer)
    },
  })
  hook.enable()
  try {
    await noted.run(started, work)
  } finally {
    hook.disable()
  }
  // A timer that was cleared or has fired no longer keeps the process alive.
  return [...started].filter(timer => timer.hasRef?.() && lasts(timer))
}

/** Ignores short timeouts, which drivers use for idle connections: they end by themselves. Intervals do not. */
function lasts({ _repeat, _idleTimeout = hour }: Timer): boolean {
  return Boolean(_repeat) || _idleTimeout >= 60_000
}

async function use(t: Trial, store: StoreHandle): Promise<void> {
  for (const sid of ['a', 'b', 'c']) await store.set(sid, t.session({ n: 1 }, { maxAge: hour }))
  await store.get('a')
  if (t.has('touch')) await store.touch('a', t.session({ n: 1 }, { maxAge: 2 * hour }))
  await t.wait(20)
}

/** Closes by callback or promise. A method without parameters that returns no promise is done when it returns. */
async function close(t: Trial, store: StoreHandle): Promise<void> {
  const style = store.store.close.length === 0 ? { style: 'promise' as const } : {}
  const { failed, error } = await store.outcome('close', [], style)
  t.ok(!failed, `close() failed with ${textOf(error)}, want no error`)
}

export const life: readonly Rule[] = family('life cycle', [
  {
    id: 'LIF-01',
    axes: ['time'],
    level: 'MUST',
    sentence: 'The timers of a store do not keep the process alive.',
    why: 'Scripts and tests that use the app never end, and a server asked to stop has to be killed.',
    check: 'is unref() called on every interval and timeout?',
    seenIn: 'better-sqlite3-session-store; memorystore and session-file-store before they were corrected',
    link: 'https://github.com/roccomuso/memorystore/issues/24',
    lane: 'process',
    async run(t) {
      // The first store makes the client start its own timers, which are not those of the store.
      await use(t, await t.open())
      const stores = 3
      const timers = await timersOf(async () => {
        for (let count = stores; count > 0; count--) await use(t, await t.open())
      })
      const { _repeat, _idleTimeout } = timers[0] ?? {}
      const kind = _repeat ? `an interval of ${_repeat} ms` : `a timeout of ${_idleTimeout} ms`
      t.ok(
        timers.length < stores,
        `${stores} stores with 3 sessions each keep the process alive with ${timers.length} timers, the first ${kind}`,
      )
    },
  },
  {
    id: 'LIF-02',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'After close() a call works or reports an error; it neither hangs nor pretends.',
    why: 'A request that comes during the shutdown keeps the server from stopping, or loses what it saved.',
    check: 'do calls wait for a connection that is never made again? Keep a flag that close() sets.',
    seenIn: 'stores whose client queues commands after its end',
    link: 'https://github.com/tj/connect-redis/issues/373',
    needs: ['close'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await close(t, store)
      const get = await store.outcome('get', ['a'], { mayHang: true })
      t.ok(!get.hung, 'get("a") after close() was never answered')
      if (!get.failed) t.same(get.value, { n: 1 }, 'get("a") after close()')
      const set = await store.outcome('set', ['b', t.session({ n: 2 })], { mayHang: true })
      t.ok(!set.hung, 'set("b", session) after close() was never answered')
      if (!set.failed) await t.holds(store, 'b', { n: 2 }, 'after close() and a set() without an error')
    },
  },
  {
    id: 'LIF-03',
    axes: ['time', 'repetition'],
    level: 'SHOULD',
    sentence: 'A second close() is no error.',
    why: 'Two shutdown hooks both close the store, and the second one turns a clean stop into exit code 1.',
    check: 'does close() end a client that has already ended?',
    seenIn: 'stores that pass close() straight to the driver’s end(), which refuses a second call',
    link: 'https://node-postgres.com/apis/pool#poolend',
    needs: ['close'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session())
      await close(t, store)
      await close(t, store)
    },
  },
  {
    id: 'LIF-04',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'Sessions outlive the store object that wrote them.',
    why: 'Each deploy logs everybody out, in spite of the database behind the store.',
    check: 'is data kept in a field of the object, or is the table emptied or made anew at the start?',
    seenIn: 'stores that write in the background, and those whose set-up drops what is there',
    link: 'https://github.com/expressjs/session#session-store-implementation',
    needs: ['shared'],
    async run(t) {
      const first = await t.open()
      await first.set('a', t.session({ n: 1 }))
      const second = await t.open()
      await t.holds(second, 'a', { n: 1 }, 'by a store made later')
      await second.set('b', t.session({ n: 2 }))
      const third = await t.open()
      await t.holds(third, 'a', { n: 1 }, 'by a third store')
      await t.holds(third, 'b', { n: 2 }, 'by a third store')
    },
  },
  {
    id: 'LIF-05',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'close() leaves the sessions alone, and other stores with the same client.',
    why: 'One app of two in a process stops, and the other one has no sessions from then on.',
    check:
      'does close() end a client that was given to the store, rather than made by it? Does it clear anything?',
    seenIn: 'stores whose close() ends the shared client',
    link: 'https://github.com/voxpelli/node-connect-pg-simple#other-options',
    needs: ['close', 'shared'],
    lane: 'process',
    async run(t) {
      const [first, second] = await t.pair()
      await first.set('a', t.session({ n: 1 }))
      await t.holds(second, 'a', { n: 1 })
      await close(t, first)
      await t.holds(second, 'a', { n: 1 }, 'after another store was closed')
    },
  },
  ...farLife,
])
