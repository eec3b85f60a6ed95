import { errorMonitor } from 'node:events'
import type { StoreHandle } from '../calls/handle.ts'
import { textOf } from '../errors.ts'
import type { AnyStore } from '../subject/any-store.ts'
import type { Trial } from '../trial/trial.ts'
import { family, type Rule } from './rule.ts'

const calls: readonly string[] = ['set', 'get', 'touch', 'destroy']

/** Rounds of calls, one of each kind. Failures are ignored. */
async function use(t: Trial, store: StoreHandle, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const offered = calls.filter(method => typeof store.store[method] === 'function')
    await Promise.all(
      offered.map(method => {
        const args = method === 'set' || method === 'touch' ? ['a', t.session()] : ['a']
        return store.outcome(method, args, { mayHang: true })
      }),
    )
  }
}

function listenersOf(emitter: AnyStore): number {
  if (typeof emitter.eventNames !== 'function') return 0
  const names: (string | symbol)[] = emitter.eventNames()
  return names.reduce((sum, name) => sum + Number(emitter.listenerCount(name)), 0)
}

export const events: readonly Rule[] = family('events', [
  {
    id: 'EVT-01',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'A store that emitted disconnect emits connect once it is back.',
    why: 'After disconnect express-session passes requests on without a session, and does not call the store until connect: the app stays logged out.',
    check: 'is disconnect emitted for a single failed command, or connect only at the first connection?',
    seenIn: 'connect-redis: disconnect on any error of the client',
    link: 'https://github.com/tj/connect-redis/issues/194',
    needs: ['events', 'down'],
    lane: 'process',
    budgetMs: 60_000,
    async run(t) {
      const store = await t.open()
      await use(t, store, 1)
      let away = false
      store.store.on('disconnect', () => {
        away = true
      })
      store.store.on('connect', () => {
        away = false
      })
      await t.down(store)
      await use(t, store, 3)
      await t.wait(20)
      await t.up()
      // Without another call: while the store is disconnected, the middleware makes none.
      const patience = t.subject.backend?.down ? 15_000 : 5000
      for (const end = Date.now() + patience; away && Date.now() < end; ) await t.wait(25)
      const within = `within ${patience / 1000} s after the backend was back`
      t.ok(!away, `the store emitted "disconnect", and no "connect" ${within}`)
    },
  },
  {
    id: 'EVT-02',
    axes: ['repetition'],
    level: 'SHOULD',
    sentence: 'Use does not pile up listeners.',
    why: 'Each request adds one for good: memory grows, events get slower, and Node warns of a leak.',
    check:
      'is there an on(…) in a method that is called for each request? once(…) that never fires piles up as well.',
    seenIn: 'stores that subscribe to the client’s events in get() or set()',
    link: 'https://github.com/expressjs/session/issues/623',
    needs: ['events'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      const warnings: string[] = []
      const warn = (warning: Error): void => {
        if (warning.name === 'MaxListenersExceededWarning') warnings.push(warning.message)
      }
      process.on('warning', warn)
      try {
        await use(t, store, 2)
        const emitters = { 'the store': store.store, 'the process': process }
        const before = Object.values(emitters).map(listenersOf)
        await use(t, store, 30)
        await t.wait(20)
        for (const [index, [name, emitter]] of Object.entries(emitters).entries()) {
          const added = listenersOf(emitter) - before[index]!
          t.ok(added < 30, `30 rounds of calls left ${added} more listeners on ${name}`)
        }
        t.equal(warnings[0], undefined, 'Node’s warning after 30 rounds of calls')
      } finally {
        process.removeListener('warning', warn)
      }
    },
  },
  {
    id: 'EVT-03',
    axes: [],
    level: 'MUST',
    sentence: 'A failure of the backend does not make the store emit an error event that nobody listens to.',
    why: 'Nobody listens for "error" on a store, and Node ends a process over an error event without a listener.',
    check: 'is there an emit("error", …) without a look at listenerCount("error")?',
    seenIn: 'connect-redis while it passed the client’s error events on',
    link: 'https://github.com/tj/connect-redis/pull/50',
    needs: ['events', 'down'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await use(t, store, 1)
      const emitted: unknown[] = []
      store.store.on(errorMonitor, (error: unknown) => {
        if (store.store.listenerCount?.('error') === 0) emitted.push(error)
      })
      await t.down(store)
      await use(t, store, 3)
      await t.wait(60)
      if (emitted.length === 0) return
      // This failure already covers the crash that followed.
      t.uncaught.splice(0)
      t.fail(`the store emitted "error" without a listener: ${textOf(emitted[0])}`)
    },
  },
  {
    id: 'EVT-04',
    axes: ['time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'In ordinary use a store emits no disconnect.',
    why: 'After disconnect express-session passes requests on without a session: a miss, or a quiet minute, logs everybody out.',
    check: 'is disconnect emitted for an answer that is merely empty, or when an idle connection is closed?',
    seenIn: 'stores that emit disconnect in the branch of any error or miss',
    link: 'https://github.com/expressjs/session/blob/master/index.js',
    needs: ['events'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      let emitted = ''
      let doing = ''
      store.store.on('disconnect', () => {
        emitted ||= doing
      })
      const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
        doing = name
        await work()
      }
      await step('a miss', () => store.get('nobody'))
      await step('set()', () => store.set('a', t.session()))
      await step('a hit', () => store.get('a'))
      if (t.has('touch')) await step('touch()', () => store.touch('a', t.session()))
      await step('destroy()', () => store.destroy('a'))
      await step('a miss', () => store.get('a'))
      await step('a moment without calls', () => t.wait(150))
      t.equal(emitted, '', 'what made the store emit "disconnect"')
    },
  },
])
