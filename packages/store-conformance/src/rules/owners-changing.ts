import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { eachOf, many, numbered } from './support/listed.ts'
import { rounds } from './support/lives.ts'
import { lists, nameIn, openOwners, ownedBy, twoOwners } from './support/owners.ts'

const guide = 'https://github.com/coatcheck/coatcheck/blob/main/docs/security.md#the-sessions-of-a-user'
const total = 1203

/** Reads a session, gives it another owner or none, and saves it. */
async function give(t: Trial, store: StoreHandle, sid: string, owner: string | undefined): Promise<void> {
  const session = await store.load(sid)
  if (!session) t.fail(`get(${JSON.stringify(sid)}) of a live session gave nothing`)
  if (owner === undefined) delete session.owner
  else session.owner = owner
  t.equal(await store.update(sid, session), 'updated', 'an update of the owner')
}

/** Rules on owners whose sessions change. */
export const ownersChanging: readonly RuleText[] = [
  {
    id: 'OWN-06',
    axes: ['repetition'],
    since: '1.1',
    level: 'MUST',
    sentence: 'A session whose owner has changed is only in the list of its new owner, or in none.',
    why: 'A user logs out the devices of an account that was used there before.',
    check: 'does each write set the owner, and does the list look at the owner in the data?',
    seenIn: 'indexes that only an insert writes',
    link: guide,
    needs: ['owners', 'conditional'],
    async run(t) {
      const store = await openOwners(t)
      const [ada, eve] = [nameIn(store, 'ada'), nameIn(store, 'eve')]
      await store.set('a', ownedBy(t, undefined, 1))
      for (const round of ['first', 'second']) {
        await give(t, store, 'a', ada)
        await lists(t, store, ada, [1], `after a login, the ${round} time`)
        await give(t, store, 'a', eve)
        await lists(t, store, ada, [], `after its session got another owner, the ${round} time`)
        await lists(t, store, eve, [1], `after it got a session, the ${round} time`)
        t.equal(await store.ofOwner('destroyAllOf', ada), 0, 'destroyAllOf() of the owner before')
        await t.holds(store, 'a', { n: 1, owner: eve }, 'after destroyAllOf() of the owner before')
        await give(t, store, 'a', undefined)
        await lists(t, store, eve, [], `after its session has lost its owner, the ${round} time`)
        t.equal(await store.ofOwner('destroyAllOf', eve), 0, 'destroyAllOf() of the owner before')
        await t.holds(store, 'a', { n: 1 }, 'after destroyAllOf() of the owner before')
      }
      await store.set('a', ownedBy(t, ada, 2))
      await lists(t, store, ada, [2], 'after set() in place of a session of nobody')
      await store.set('a', ownedBy(t, eve, 3))
      await lists(t, store, ada, [], 'after set() of a session of another owner in its place')
      await lists(t, store, eve, [3], 'after set() in place of a session of another owner')
    },
  },
  {
    id: 'OWN-07',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence:
      'A session that was inserted, exchanged or touched is in the list of its owner, and what it was exchanged for is not.',
    why: 'Logins insert or exchange: a session that only set() puts into the index survives each logout everywhere.',
    check: 'do insert() and exchange() write the owner with the rest, in the same step?',
    seenIn: 'stores with several statements that write, of which one has the owner',
    link: guide,
    needs: ['owners', 'insert', 'exchange', 'touch'],
    async run(t) {
      const store = await openOwners(t)
      const [ada, eve] = [nameIn(store, 'ada'), nameIn(store, 'eve')]
      await store.insert('a', ownedBy(t, ada, 1))
      await lists(t, store, ada, [1], 'after insert()')
      await store.touch('a', ownedBy(t, ada, 1, { maxAge: 7_200_000 }))
      await lists(t, store, ada, [1], 'after touch()')
      await store.exchange('a', 'b', ownedBy(t, ada, 2))
      await lists(t, store, ada, [2], 'after an exchange of its session')
      await store.exchange('b', 'c', ownedBy(t, eve, 3))
      await lists(t, store, ada, [], 'after its session was exchanged for one of another owner')
      await lists(t, store, eve, [3], 'after an exchange of a session of another owner')
      await store.exchange('nothing', 'd', ownedBy(t, eve, 4))
      await lists(t, store, eve, [3, 4], 'after an exchange of what was not there')
      t.equal(await store.ofOwner('destroyAllOf', eve), 2, 'destroyAllOf() of exchanged sessions')
      for (const sid of ['c', 'd']) await t.gone(store, sid, 'after destroyAllOf()')
    },
  },
  {
    id: 'OWN-08',
    axes: ['parallelism'],
    since: '1.1',
    level: 'MUST',
    sentence: 'Sessions that are saved and touched beside destroyAllOf() are dead afterwards.',
    why: 'A thief who keeps sending requests stays logged in after the change of the password.',
    check:
      'is each one removed whatever it was changed to meanwhile, and does a save of what was read find nothing?',
    seenIn: 'deletes on condition of what the list has shown',
    link: guide,
    needs: ['owners', 'conditional', 'touch'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [store, other] = await twoOwners(t)
      for (const round of rounds(20)) {
        const owner = nameIn(store, `r${round}`)
        const sids = numbered(8).map(sid => `${sid}-${round}`)
        await eachOf(t, sids, sid => store.set(sid, ownedBy(t, owner, 0)))
        const work = async (sid: string, n: number): Promise<void> => {
          await other.touch(sid, ownedBy(t, owner, 0, { maxAge: 7_200_000 }))
          const session = await other.load(sid)
          if (!session) return
          session.n = n
          await other.update(sid, session)
        }
        await t.staggered<unknown>([
          ...sids.map((sid, index) => () => work(sid, index)),
          () => store.ofOwner('destroyAllOf', owner),
        ])
        for (const sid of sids)
          await t.gone(store, sid, 'after destroyAllOf() beside touches and saves of it')
        await lists(t, other, owner, [], 'after destroyAllOf() beside touches and saves')
      }
    },
  },
  {
    id: 'OWN-09',
    axes: ['number'],
    since: '1.1',
    level: 'MUST',
    sentence: 'All sessions of an owner are listed, counted and ended, however many there are.',
    why: 'A bot has opened thousands of sessions of an account, and a logout everywhere ends the first page of them.',
    check: 'is there a limit or a page in the query, or a batch that only runs once?',
    seenIn: 'queries with LIMIT 1000',
    link: guide,
    needs: ['owners'],
    lane: 'serial',
    slow: true,
    budgetMs: 120_000,
    async run(t) {
      const store = await openOwners(t)
      const [ada, eve] = [nameIn(store, 'ada'), nameIn(store, 'eve')]
      const count = many(t, total, total)
      const sids = numbered(count)
      await store.set('other', ownedBy(t, eve, 1))
      await eachOf(t, sids, sid => store.set(sid, ownedBy(t, ada, Number(sid.slice(1)))))
      const found = new Set((await store.sessionsOf(ada)).map(({ session }) => session.n))
      t.equal(found.size, count, `the number of sessions in sessionsOf() with ${count}`)
      t.equal(await store.ofOwner('countOf', ada), count, `countOf() with ${count} sessions`)
      t.equal(await store.ofOwner('destroyAllOf', ada), count, `destroyAllOf() with ${count} sessions`)
      await lists(t, store, ada, [], `after destroyAllOf() with ${count} sessions`)
      for (const sid of [sids[0]!, sids[1000]!, sids[count - 1]!])
        await t.gone(store, sid, 'after destroyAllOf()')
      await t.holds(store, 'other', { n: 1, owner: eve }, 'after destroyAllOf() of another owner')
    },
  },
  {
    id: 'OWN-10',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence:
      'A store in use that gets owners keeps its sessions, lists each one at the latest from its next save on, and serves processes without owners.',
    why: 'The option is switched on in a running app: everybody is logged out, or half of the processes fail.',
    check:
      'does it only add to the table what is missing, and do its statements without owners work on that table?',
    seenIn: 'migrations that make the table anew',
    link: guide,
    needs: ['owners', 'conditional', 'shared'],
    async run(t) {
      const before = await t.open()
      const [ada, eve] = [nameIn(before, 'ada'), nameIn(before, 'eve')]
      await before.set('a', ownedBy(t, ada, 1))
      await before.set('b', ownedBy(t, eve, 2))
      const [store, other] = await twoOwners(t)
      await store.set('c', ownedBy(t, ada, 3))
      for (const each of [before, store, other]) {
        await t.holds(each, 'a', { n: 1, owner: ada }, 'after the store got owners')
        await t.holds(each, 'c', { n: 3, owner: ada }, 'of a store with owners')
      }
      const found = (await other.sessionsOf(ada)).map(({ session }) => session.n)
      t.ok(found.includes(3), 'sessionsOf() leaves out a session that was saved with owners')
      t.ok(
        found.every(n => n === 1 || n === 3),
        'sessionsOf() gives a session of another owner, saved before the store had owners',
      )
      await give(t, store, 'a', ada)
      await lists(t, other, ada, [1, 3], 'after a save of the session that was there before')
      await give(t, before, 'c', ada)
      await before.set('d', ownedBy(t, eve, 4))
      await lists(t, other, ada, [1, 3], 'after a save by a store without owners')
      await t.holds(store, 'd', { n: 4, owner: eve }, 'of a store without owners')
      await t.holds(store, 'b', { n: 2, owner: eve }, 'after the store got owners')
    },
  },
  {
    id: 'OWN-11',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence: 'destroy() and `except` take the sid that sessionsOf() gives.',
    why: 'A user chooses a device in the list and ends it, and it stays logged in, or another one ends.',
    check: 'is the sid that of set(), or a key that destroy() knows, with the prefix taken off?',
    seenIn: 'lists that give the keys of the database',
    link: guide,
    needs: ['owners'],
    async run(t) {
      const store = await openOwners(t)
      const ada = nameIn(store, 'ada')
      for (const n of [1, 2, 3]) await store.set(`s${n}`, ownedBy(t, ada, n))
      const sidOf = async (n: number): Promise<string> => {
        return (await store.sessionsOf(ada)).find(({ session }) => session.n === n)!.sid
      }
      const listed = await sidOf(1)
      const ended = await store.outcome('destroy', store.untag([listed]))
      t.ok(!ended.failed, `destroy() of a listed sid failed with ${String(ended.error)}`)
      await t.gone(store, 's1', 'after destroy() of the sid that sessionsOf() gave')
      t.equal(
        await store.ofOwner('destroyAllOf', ada, { except: await sidOf(2) }),
        1,
        'destroyAllOf() but one of two',
      )
      await lists(t, store, ada, [2], 'after destroyAllOf() but the sid that sessionsOf() gave')
    },
  },
]
