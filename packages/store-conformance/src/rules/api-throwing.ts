import type { Outcome } from '../calls/call.ts'
import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

function argsOf(method: string, t: Trial): unknown[] {
  if (method === 'all' || method === 'length') return []
  return method === 'set' || method === 'touch' ? ['a', t.session()] : ['a']
}

/** Calls with a callback that throws, and lets the consequences happen. */
async function explode(t: Trial, store: StoreHandle, method: string, args: unknown[]): Promise<Outcome> {
  const bomb = t.bomb()
  const inside = (): never => {
    throw bomb
  }
  const outcome = await store.outcome(method, args, { inside, bare: true })
  if (outcome.calls === 0) t.unverified('the store answers by promise only, whatever callback it is given')
  await t.wait(40)
  return outcome
}

/** Rules on callbacks that throw. */
export const throwing: readonly RuleText[] = [
  {
    id: 'API-07',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'A callback that throws is not called a second time.',
    why: 'The whole app runs inside the callback of get(): an exception anywhere in it would run the app once more for the same request.',
    check:
      'is callback(…) inside a try block, or in the same promise chain as the catch? Call it outside, or with process.nextTick.',
    seenIn: 'connect-redis 9, connect-pg-simple 10, connect-session-knex 5',
    link: 'https://github.com/jdesboeufs/connect-mongo/issues/437',
    needs: ['callbacks'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session())
      for (const method of ['get', 'set', 'touch', 'all', 'length', 'destroy']) {
        if (typeof store.store[method] !== 'function') continue
        const { calls } = await explode(t, store, method, argsOf(method, t))
        t.equal(calls, 1, `calls of the callback of ${method}() that threw`)
      }
    },
  },
  {
    id: 'API-08',
    axes: [],
    level: 'SHOULD',
    sentence: 'An exception thrown in a callback surfaces; it is not swallowed.',
    why: 'next() runs inside the callback of get(): errors of the app vanish without a trace, and requests hang.',
    check: 'is there a catch around the callback, or a promise chain that ends in an empty catch?',
    seenIn: 'stores that call back inside a promise chain',
    link: manual,
    needs: ['callbacks'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session())
      const outcome = await explode(t, store, 'get', ['a'])
      t.ok(
        outcome.threw || t.surfaced.length > 0,
        'an exception thrown in the callback of get() was swallowed',
      )
    },
  },
  {
    id: 'API-13',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'An exception thrown in a callback changes no stored data.',
    why: 'next(), and with it the whole app, runs inside the callback of get(): any exception there would log the user out.',
    check:
      'is callback(…) inside a try block whose catch removes the session? Call it outside, or with process.nextTick.',
    seenIn: 'connect-pg-simple 10 get(): the catch around the callback destroys the session',
    link: 'https://github.com/voxpelli/node-connect-pg-simple',
    needs: ['callbacks'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await explode(t, store, 'get', ['a'])
      await t.holds(store, 'a', { n: 1 }, 'after a callback of get() threw')
      await explode(t, store, 'set', ['a', t.session({ n: 2 })])
      await t.holds(store, 'a', { n: 2 }, 'after a callback of set() threw')
      if (!t.has('touch')) return
      await explode(t, store, 'touch', ['a', t.session({ n: 2 })])
      await t.holds(store, 'a', { n: 2 }, 'after a callback of touch() threw')
    },
  },
]
