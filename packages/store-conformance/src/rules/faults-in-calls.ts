import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'

/** A session that JSON cannot hold, and whether a store that accepts it (not all use JSON) keeps its special values. */
interface Unserialisable {
  readonly name: string
  data(): Record<string, unknown>
  kept(session: Record<string, unknown>): boolean
}

const unserialisable: readonly Unserialisable[] = [
  {
    name: 'a circular session',
    data() {
      const data: Record<string, unknown> = { n: 2 }
      data.self = data
      return data
    },
    kept: session => session.n === 2 && session.self !== undefined,
  },
  {
    name: 'a session with a BigInt',
    data: () => ({ n: 2, big: 10n }),
    kept: session => session.n === 2 && session.big !== undefined,
  },
  {
    name: 'a session whose toJSON throws',
    data: () => ({
      n: 2,
      part: {
        toJSON() {
          throw new Error('cannot be JSON')
        },
      },
    }),
    kept: session => session.n === 2,
  },
]

/** Replaces a live session by one that cannot be serialized. */
async function overwrite(t: Trial, store: StoreHandle, { data }: Unserialisable) {
  await store.set('a', t.session({ n: 1 }))
  return store.outcome('set', ['a', t.session(data())])
}

export const faultsInCalls: readonly RuleText[] = [
  {
    id: 'ERR-09',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'A session that cannot be serialised is reported once, and the old value stays.',
    why: 'A BigInt in one field logs the user out, answers the request twice, or loses what was saved without a word.',
    check:
      'is the session serialised before anything is written, and is there a return after callback(error)?',
    seenIn: 'memorystore 1.6.7: called back twice, and stored undefined',
    link: 'https://github.com/blitz-js/blitz/issues/3281',
    lane: 'process',
    async run(t) {
      const store = await t.open()
      for (const bad of unserialisable) {
        const outcome = await overwrite(t, store, bad)
        await t.wait(25)
        const answers = Math.max(outcome.calls, 1) + (outcome.threw && outcome.calls > 0 ? 1 : 0)
        t.ok(answers === 1, `set() of ${bad.name} was answered ${answers} times, want once`)
        if (outcome.failed) {
          await t.holds(store, 'a', { n: 1 }, `after set() of ${bad.name} was refused`)
          continue
        }
        const got = await store.get('a')
        t.ok(
          got && bad.kept(got),
          `set() of ${bad.name} gave no error, and get("a") then gave ${got ? 'another session' : 'nothing'}`,
        )
      }
    },
  },
  {
    id: 'ERR-10',
    axes: [],
    level: 'SHOULD',
    sentence: 'The error of a session that cannot be serialised comes through the callback, not as a throw.',
    why: 'session.save(callback) is then an exception where nobody expects one, in a timer or socket handler the end of the process.',
    check: 'is JSON.stringify inside a try, or in the async part of set()?',
    seenIn: 'the MemoryStore of express-session; better-sqlite3-session-store',
    link: 'https://github.com/expressjs/session#storesetsid-session-callback',
    lane: 'process',
    async run(t) {
      const store = await t.open()
      for (const bad of unserialisable) {
        const { threw } = await overwrite(t, store, bad)
        t.ok(!threw, `set() of ${bad.name} threw, want the error through the callback`)
      }
    },
  },
  {
    id: 'ERR-11',
    axes: [],
    level: 'SHOULD',
    sentence: 'destroy() without a callback does not crash the process when the backend is down.',
    why: 'req.session.destroy() passes no callback: one logout during an outage ends the server for everybody.',
    check: 'does a method without a callback leave a rejected promise that nobody handles?',
    seenIn: 'connect-redis 9: an unhandled rejection, and Node exits',
    link: 'https://github.com/expressjs/session#sessiondestroycallback',
    needs: ['callbacks', 'down'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session())
      await store.destroy('a')
      await t.down(store)
      store.fire('destroy', 'a', undefined)
      await t.wait(Math.min(t.subject.deadlineMs ?? 100, 1000) + 50)
      t.equal(t.uncaught.splice(0)[0], undefined, 'destroy("a", undefined) with the backend down, unhandled,')
    },
  },
  {
    id: 'ERR-12',
    axes: ['parallelism'],
    level: 'SHOULD',
    sentence: 'A backend that never answers becomes an error within the declared time.',
    why: 'Requests pile up behind a dead connection until the server itself answers nothing.',
    check: 'does the client, or the store, give up on a command after some time?',
    seenIn: 'connect-redis with its client’s endless queue; stores without a command timeout',
    link: 'https://github.com/tj/connect-redis/issues/373',
    needs: ['hang', 'deadline'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      const calls: [string, unknown[]][] = [
        ['set', ['a', t.session()]],
        ['get', ['a']],
        ['destroy', ['a']],
      ]
      if (t.has('touch')) calls.push(['touch', ['a', t.session()]])
      for (const [method, args] of calls) await store.call(method, ...args)
      await t.hang(store)
      const limit = t.subject.deadlineMs ?? 2000
      const deadlineMs = limit + 250
      const outcomes = await Promise.all(
        calls.map(([method, args]) => store.outcome(method, args, { mayHang: true, deadlineMs })),
      )
      for (const [index, outcome] of outcomes.entries()) {
        const name = calls[index]![0]
        t.ok(!outcome.hung, `${name}() on a backend that hangs was not answered within ${limit} ms`)
        t.ok(outcome.failed, `${name}() on a backend that hangs gave no error`)
      }
    },
  },
  {
    id: 'ERR-13',
    axes: ['repetition'],
    level: 'SHOULD',
    sentence:
      'When the answer to a write is lost, the old session or the new one is there, and the store works on.',
    why: 'A connection that breaks at the wrong moment leaves it open whether the write landed; trying again blindly doubles or loses it.',
    check: 'is a failed write tried again as an insert, or followed by a removal?',
    seenIn: 'retries of a plain INSERT: the first one had landed, and every save fails from then on',
    link: 'https://www.postgresql.org/docs/current/libpq-async.html',
    needs: ['chaos'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.get('a')
      for (const sid of ['a', 'b']) {
        t.chaos.lose()
        await store.outcome('set', [sid, t.session({ n: 2 })])
        t.chaos.up()
        const got = await store.get(sid)
        if (sid === 'a' || got) {
          const n = got?.n
          t.ok(n === 2 || (sid === 'a' && n === 1), `get("${sid}") after a lost answer gave ${text(got)}`)
        }
        await store.set(sid, t.session({ n: 3 }))
        await t.holds(store, sid, { n: 3 }, 'after a lost answer and another set()')
        t.chaos.lose()
        await store.outcome('destroy', [sid])
        t.chaos.up()
        await store.destroy(sid)
        await t.gone(store, sid, 'after a lost answer and another destroy()')
      }
    },
  },
  {
    id: 'ERR-14',
    axes: ['parallelism', 'repetition'],
    level: 'MUST',
    sentence: 'Calls that wait for the backend are all answered when it is back.',
    why: 'A failover of a few seconds leaves requests that never end, and with them their sockets and memory.',
    check: 'is a queue of waiting commands dropped on a reconnect without calling back?',
    seenIn: 'connect-redis: the middleware hangs when Redis is away',
    link: 'https://github.com/tj/connect-redis/issues/373',
    needs: ['chaos'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.get('a')
      await store.destroy('a')
      t.chaos.gate()
      const waiting = Array.from({ length: 10 }, (_, index) => {
        const sid = `s${index}`
        return Promise.all([
          store.outcome('set', [sid, t.session({ n: index })], { mayHang: true }),
          store.outcome('get', [sid], { mayHang: true }),
        ])
      })
      await t.wait(Math.min(60, (t.subject.deadlineMs ?? 2000) / 4))
      const waited = t.chaos.held.length
      t.chaos.up()
      const outcomes = (await Promise.all(waiting)).flat()
      if (waited === 0) t.unverified('no command of the client waited at the gate: it answers at once')
      const unanswered = outcomes.filter(outcome => outcome.hung).length
      t.equal(unanswered, 0, 'calls without an answer, of 20 that waited for the backend,')
      await store.set('b', t.session({ n: 2 }))
      await t.holds(store, 'b', { n: 2 }, 'after the backend was back')
    },
  },
]

function text(session: Record<string, unknown> | undefined): string {
  return session ? `a session with n: ${String(session.n)}` : 'nothing'
}
