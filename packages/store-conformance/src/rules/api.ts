import type { Outcome } from '../calls/call.ts'
import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import { throwing } from './api-throwing.ts'
import { farRepeats } from './far-repeats.ts'
import { middleware, repetition } from './middleware.ts'
import { family, type Rule } from './rule.ts'
import { eachOf, numbered } from './support/listed.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

/** One call of each method that changes or reads a session, hits and misses. */
async function tour(t: Trial, store: StoreHandle): Promise<[string, Outcome][]> {
  const calls: [string, string, unknown[]][] = [
    ['set', 'set("a", session)', ['a', t.session()]],
    ['get', 'get("a")', ['a']],
    ['get', 'get of an unknown sid', ['nobody']],
    ['touch', 'touch("a", session)', ['a', t.session()]],
    ['all', 'all()', []],
    ['length', 'length()', []],
    ['destroy', 'destroy("a")', ['a']],
    ['destroy', 'destroy of an unknown sid', ['nobody']],
  ]
  const outcomes: [string, Outcome][] = []
  for (const [method, name, args] of calls) {
    if (typeof store.store[method] === 'function') outcomes.push([name, await store.outcome(method, args)])
  }
  return outcomes
}

export const api: readonly Rule[] = family('callback protocol', [
  {
    id: 'API-01',
    axes: [],
    level: 'MUST',
    sentence: 'A store is an EventEmitter with get, set and destroy.',
    why: 'express-session calls store.on("disconnect") when it is set up: with a plain object the app does not start.',
    check: 'does the class extend Store of express-session, or EventEmitter?',
    seenIn: 'stores written as plain objects { get, set, destroy }',
    link: manual,
    async run(t) {
      const { store } = await t.open()
      for (const method of ['get', 'set', 'destroy', 'on', 'emit']) {
        t.equal(typeof store[method], 'function', `typeof store.${method}`)
      }
    },
  },
  {
    id: 'API-02',
    axes: [],
    level: 'MUST',
    sentence: 'get() of an unknown sid yields null or undefined and no error.',
    why: 'An error answers every new visitor with status 500; an empty object makes all visitors share one session.',
    check: 'what does get() call back with when the query finds nothing?',
    seenIn: 'riak-js: {} for a miss',
    link: manual,
    async run(t) {
      const store = await t.open()
      const outcome = await store.outcome('get', ['nobody'])
      if (outcome.failed)
        t.ok(t.isMiss(outcome), `get("nobody") gave the error ${outcome.error}, want no error`)
      else if (!t.isMiss(outcome)) t.equal(outcome.value, undefined, 'get("nobody")')
    },
  },
  {
    id: 'API-03',
    axes: [],
    level: 'MUST',
    sentence: 'On success the first argument of a callback is null or undefined.',
    why: 'Anything else there is an error to the middleware: the request is answered with status 500.',
    check: 'is the callback passed to a driver whose first argument is the result, not an error?',
    seenIn: 'stores that hand the driver’s "OK" on: callback("OK")',
    link: manual,
    async run(t) {
      for (const [name, outcome] of await tour(t, await t.open())) {
        if (name.startsWith('get of') && t.isMiss(outcome)) continue
        t.ok(!outcome.failed, `${name} gave the error ${String(outcome.error)}, want null or undefined`)
      }
    },
  },
  {
    id: 'API-04',
    axes: ['parallelism', 'repetition'],
    level: 'MUST',
    sentence: 'Each callback is called exactly once.',
    why: 'The callback runs the rest of the request: twice means two answers, ERR_HTTP_HEADERS_SENT, and handlers run again.',
    check: 'is there a return after each callback, also in error branches?',
    seenIn:
      'prisma-session-store destroy() of an unknown sid; memorystore 1.6.7 set() of what cannot be serialised',
    link: 'https://github.com/kleydon/prisma-session-store/issues/72',
    needs: ['callbacks'],
    async run(t) {
      const store = await t.open()
      const outcomes = await tour(t, store)
      // Later calls too: some libraries repeat an answer when a counter or a pool wraps around.
      await eachOf(t, numbered(240), async sid => {
        outcomes.push([`set("${sid}", session)`, await store.outcome('set', [sid.slice(0, 2), t.session()])])
        outcomes.push([`get("${sid}")`, await store.outcome('get', [sid])])
      })
      await t.wait(25)
      for (const [name, outcome] of outcomes) {
        t.ok(outcome.calls <= 1, `the callback of ${name} was called ${outcome.calls} times, want once`)
      }
    },
  },
  {
    id: 'API-05',
    axes: [],
    level: 'SHOULD',
    sentence: 'Callbacks are never called before the method has returned.',
    why: 'Code after the call runs later than code in the callback: an order that nobody expects and that changes with the store.',
    check: 'is every callback deferred, for instance with process.nextTick(callback, null, session)?',
    seenIn: 'better-sqlite3-session-store; the default store of @fastify/session',
    link: 'https://blog.izs.me/2013/08/designing-apis-for-asynchrony/',
    needs: ['callbacks'],
    async run(t) {
      for (const [name, outcome] of await tour(t, await t.open())) {
        t.ok(!outcome.sync, `the callback of ${name} was called before the method returned`)
      }
    },
  },
  {
    id: 'API-06',
    clears: true,
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'A method calls back either always or never before it has returned.',
    why: 'A bug in the order of things then shows only for some visitors, for instance only for those without a session.',
    check: 'is there a shortcut for misses or cached sessions that calls back at once?',
    seenIn: 'memorystore 1.6.7: a miss at once, a hit later',
    link: 'https://blog.izs.me/2013/08/designing-apis-for-asynchrony/',
    needs: ['callbacks'],
    async run(t) {
      const store = await t.open()
      const lists = ['all', 'length', 'clear'].filter(method => t.has(method as 'all'))
      const ofEmpty: boolean[] = []
      for (const method of lists) ofEmpty.push((await store.outcome(method)).sync)
      await store.set('a', t.session())
      // With a session, and empty again.
      for (const [index, method] of [...lists.entries(), ...lists.entries()]) {
        const { sync } = await store.outcome(method)
        const what = `whether ${method}() called back before it returned, with sessions and without,`
        t.equal(sync, ofEmpty[index], what)
      }
      await store.set('a', t.session())
      for (const method of ['get', 'touch', 'destroy']) {
        if (typeof store.store[method] !== 'function') continue
        const rest = method === 'touch' ? [t.session()] : []
        const hit = await store.outcome(method, ['a', ...rest])
        const miss = await store.outcome(method, ['nobody', ...rest])
        const text = (sync: boolean): string => (sync ? 'before' : 'after')
        t.ok(
          hit.sync === miss.sync,
          `${method}() called back ${text(hit.sync)} it returned for a known sid, ${text(miss.sync)} for an unknown one`,
        )
      }
    },
  },
  {
    id: 'API-09',
    axes: [],
    level: 'MUST',
    sentence: 'destroy() works without a callback.',
    why: 'req.session.destroy() passes undefined: a store that calls it crashes the process when a user logs out.',
    check: 'is the callback called only if there is one?',
    seenIn: '@fastify/session 11 default store',
    link: manual,
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session())
      store.fire('destroy', 'a', undefined)
      await t.eventually(2000, async () => t.uncaught.length > 0 || !(await store.get('a')))
      t.equal(t.uncaught.splice(0)[0], undefined, 'destroy("a", undefined) in a later tick')
      await t.gone(store, 'a', 'after destroy("a", undefined)')
    },
  },
  {
    id: 'API-10',
    axes: [],
    level: 'SHOULD',
    sentence: 'set() and touch() work without a callback.',
    why: 'Scripts and socket handlers save sessions without waiting; a TypeError in a later tick ends the process.',
    check: 'is the callback called only if there is one?',
    seenIn: '@fastify/session 11 default store',
    link: manual,
    lane: 'process',
    async run(t) {
      const store = await t.open()
      store.fire('set', 'a', t.session({ n: 1 }))
      await t.eventually(2000, async () => t.uncaught.length > 0 || Boolean(await store.get('a')))
      t.equal(t.uncaught.splice(0)[0], undefined, 'set("a", session) without a callback, in a later tick,')
      await t.holds(store, 'a', { n: 1 }, 'after set() without a callback')
      if (!t.has('touch')) return
      store.fire('touch', 'a', t.session({ n: 1 }))
      await t.wait(60 + t.recorder.slowest)
      t.equal(t.uncaught.splice(0)[0], undefined, 'touch("a", session) without a callback, in a later tick,')
    },
  },
  {
    id: 'API-11',
    axes: [],
    clears: true,
    level: 'MUST',
    sentence: 'When a callback was given, a failing call does not also leave a rejected promise.',
    why: 'Nobody handles that promise: Node ends the process, so one lost database connection takes the server down.',
    check: 'does an async method both call callback(error) and throw it?',
    seenIn: 'connect-session-knex 5: callback(err); throw err',
    link: 'https://github.com/fastify/session/issues/252',
    needs: ['callbacks', 'down'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session())
      await t.down(store)
      for (const method of ['get', 'set', 'destroy', 'touch', 'all', 'length', 'clear']) {
        if (typeof store.store[method] !== 'function') continue
        const withSession = method === 'set' || method === 'touch'
        const args = withSession ? ['a', t.session()] : method === 'get' || method === 'destroy' ? ['a'] : []
        await store.outcome(method, args, { bare: true, mayHang: true })
        await t.wait(10)
        const rejected = t.uncaught.splice(0)[0]
        t.equal(rejected, undefined, `${method}() called back and its promise, which nobody handles,`)
      }
    },
  },
  {
    id: 'API-12',
    axes: [],
    level: 'MAY',
    sentence: 'Without a callback, methods return a promise of the same result.',
    why: 'Scripts, tests and sockets can then await a store without wrapping each call.',
    check: 'does each method return a promise when it is given no callback?',
    seenIn: 'express-session MemoryStore and most stores of its time have no promise form',
    link: manual,
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      const { returned, failed, value } = await store.outcome('get', ['a'], { style: 'promise' })
      const thenable = typeof (returned as PromiseLike<unknown> | undefined)?.then === 'function'
      t.ok(thenable, 'get("a") without a callback returned no promise')
      t.ok(!failed, 'get("a") without a callback gave a promise that was rejected')
      t.same(value, { n: 1 }, 'the promise of get("a")')
    },
  },
  ...throwing,
  middleware,
  repetition,
  farRepeats,
]).toSorted((a, b) => a.id.localeCompare(b.id))
