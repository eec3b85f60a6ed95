import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { rounds } from './support/lives.ts'

/** Two stores with the same sessions; the same store twice if stores share nothing. */
export async function two(t: Trial): Promise<[StoreHandle, StoreHandle]> {
  if (t.has('shared')) return t.pair()
  const store = await t.open()
  return [store, store]
}

export const conditionalRaces: readonly RuleText[] = [
  {
    id: 'CAS-06',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Of several updates at once of the same content exactly one wins.',
    why: 'Two of them win, and one of the two saves is lost, which is what the comparison was for.',
    check: 'is it one statement, or a read, a comparison and a write?',
    seenIn: 'stores that compare in JavaScript',
    link: 'https://github.com/expressjs/session/issues/361',
    needs: ['conditional'],
    lane: 'serial',
    async run(t) {
      const stores = await two(t)
      for (const round of rounds(10)) {
        const sid = `a${round}`
        await stores[0].set(sid, t.session({ n: 0 }))
        const sessions = await Promise.all(
          Array.from({ length: 6 }, (_, index) => stores[index % 2]!.load(sid)),
        )
        const results = await t.staggered(
          sessions.map((session, index) => async () => {
            if (!session) return t.fail(`reading "${sid}" for an update gave nothing, want the session`)
            session.n = index + 1
            return stores[index % 2]!.update(sid, session)
          }),
        )
        const winners = results.flatMap((result, index) => (result === 'updated' ? [index + 1] : []))
        t.ok(winners.length === 1, `${winners.length} of 6 updates of the same content won, want exactly one`)
        t.ok(!results.includes('missing'), 'an update beside others found the session missing')
        await t.holds(stores[1], sid, { n: winners[0] }, 'after one of six updates won')
      }
    },
  },
  {
    id: 'CAS-12',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Writers that each add 1, and try again when told of a change, lose no addition.',
    why: 'Things vanish from carts, and one of two flash messages is never seen.',
    check: 'does the comparison see every change? The length or a short checksum of the text does not.',
    seenIn: 'read-modify-write on any store without a comparison',
    link: 'https://github.com/SerayaEryn/fastify-session/issues/237',
    needs: ['conditional'],
    lane: 'serial',
    async run(t) {
      const stores = await two(t)
      const [writers, additions] = [4, 10]
      await stores[0].set('a', t.session({ n: 100 }))
      let attempts = 0
      const add = async (store: StoreHandle): Promise<void> => {
        for (;;) {
          const session = await store.load('a')
          if (!session) return t.fail('reading "a" for an update gave nothing, want the session')
          session.n += 1
          const result = await store.update('a', session)
          if (result === 'updated') return
          t.equal(result, 'changed', 'an update beside others')
          t.ok(++attempts < 2000, '2000 updates in a row were refused: none of the writers comes through')
        }
      }
      await t.staggered(
        Array.from({ length: writers }, (_, index) => async () => {
          for (let left = additions; left > 0; left--) await add(stores[index % 2]!)
        }),
      )
      await t.holds(
        stores[0],
        'a',
        { n: 100 + writers * additions },
        'after 4 writers added 1 ten times each',
      )
    },
  },
  {
    id: 'CAS-15',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'After an update and destroy() ran side by side the session is gone.',
    why: 'A logout is undone by a request whose save is under way: the stolen cookie still works.',
    check: 'is it one statement, or a look whether the session is there and a write that inserts?',
    seenIn: 'nextjs-auth0: a session was written back by a request that had begun before the logout',
    link: 'https://github.com/auth0/nextjs-auth0/issues/2335',
    needs: ['conditional'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [one, other] = await two(t)
      for (const _ of rounds(60)) {
        await one.set('a', t.session({ n: 0 }))
        const session = await other.load('a')
        if (!session) return t.fail('reading "a" for an update gave nothing, want the session')
        session.n = 1
        const [, result] = await t.staggered<unknown>([
          () => one.destroy('a'),
          () => other.update('a', session),
        ])
        await t.gone(one, 'a', 'after destroy() and an update side by side')
        t.ok(result !== 'changed', 'an update beside destroy() gave "changed", want "updated" or "missing"')
      }
    },
  },
]
