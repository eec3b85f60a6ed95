import type { Outcome } from '../calls/call.ts'
import { family, type Rule } from './rule.ts'
import { everyOrder } from './support/orders.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

/** Rules that run two calls in every order of their backend commands, because chance would need many attempts. */
export const concurrencyOrders: readonly Rule[] = family('concurrency', [
  {
    id: 'CON-13',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'In every order of backend commands, a session that was destroyed beside a touch() is gone.',
    why: 'A logout is undone by a request that is under way; rare in tests, daily in production.',
    check:
      'how many commands does touch() send? With one that updates only what is there, no order does harm.',
    seenIn: 'stores whose touch() reads and writes',
    link: 'https://github.com/expressjs/session/issues/632',
    needs: ['chaos', 'touch'],
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const session = t.session({ n: 1 })
      await everyOrder(t, {
        prepare: () => store.set('a', session),
        calls: patience => [
          store.outcome('touch', ['a', session], patience),
          store.outcome('destroy', ['a'], patience),
        ],
        check: async (outcomes, order) => {
          if (refused(outcomes[1])) return
          await t.gone(store, 'a', `after touch() beside destroy() (in the order ${order})`)
        },
      })
    },
  },
  {
    id: 'CON-14',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'In every order of backend commands, touch() beside set() leaves the data of set().',
    why: 'A request that changes nothing puts the session of its beginning back: what another one saved is lost.',
    check: 'how many commands does touch() send? With one that changes the expiry alone, no order does harm.',
    seenIn: 'stores whose touch() reads and writes',
    link: 'https://github.com/valery-barysok/session-file-store/issues/103',
    needs: ['chaos', 'touch'],
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const old = t.session({ n: 1 })
      await everyOrder(t, {
        prepare: () => store.set('a', old),
        calls: patience => [
          store.outcome('touch', ['a', old], patience),
          store.outcome('set', ['a', t.session({ n: 2 })], patience),
        ],
        check: async (outcomes, order) => {
          if (refused(outcomes[1])) return
          await t.holds(store, 'a', { n: 2 }, `after touch() beside set() (in the order ${order})`)
        },
      })
    },
  },
  {
    id: 'CON-15',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'In every order of backend commands, two set() calls leave exactly one of both sessions.',
    why: 'A mixture of two sessions is a session that never was: the user of one with the rights of the other.',
    check:
      'how many commands does set() send? What must belong together has to go in one, or in a transaction.',
    seenIn: 'stores that write a session field by field',
    link: manual,
    needs: ['chaos'],
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const sessions = [1, 2].map(who => ({ who, name: `user ${who}`, role: `role of user ${who}` }))
      await everyOrder(t, {
        prepare: () => store.destroy('a'),
        calls: patience => sessions.map(data => store.outcome('set', ['a', t.session(data)], patience)),
        check: async (outcomes, order) => {
          if (outcomes.some(refused)) return
          const got = await store.get('a')
          t.same(
            got,
            sessions[got?.who - 1] ?? sessions[1]!,
            `get("a") after two set() calls (in the order ${order})`,
          )
        },
      })
    },
  },
])

/** A call that was stopped while it was held says nothing about the order. */
function refused(outcome: Outcome | undefined): boolean {
  return outcome === undefined || outcome.failed
}
