import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import { show } from '../values/show.ts'
import { ownersChanging } from './owners-changing.ts'
import { family, type Rule } from './rule.ts'
import { eachOf } from './support/listed.ts'
import { writeAndOutlive } from './support/lives.ts'
import { about, listedOf, lists, nameIn, openOwners, ownedBy } from './support/owners.ts'

const guide = 'https://github.com/coatcheck/coatcheck/blob/main/docs/security.md#the-sessions-of-a-user'
const minute = 60_000
const lifetime = 30 * minute

/** Saves a session that was created and used so many minutes ago. */
async function setUsed(
  t: Trial,
  store: StoreHandle,
  owner: string,
  n: number,
  { used, created }: { used: number; created?: number },
): Promise<void> {
  const now = Date.now()
  const expires = new Date(now + lifetime - used * minute)
  const session = ownedBy(t, owner, n, { expires, originalMaxAge: lifetime })
  // As middleware with an absolute timeout writes it.
  if (created !== undefined)
    session['coatcheck.lifespan'] = `${now - created * minute}/${now + 1000 * minute}`
  await store.set(`s${n}`, session)
}

/** Names that a pattern, a prefix, a fold or a cut takes for one another. */
function namesLikeOneAnother(): string[] {
  const long = 'x'.repeat(900)
  return [
    ...[
      'ada',
      'ad',
      'adam',
      'Ada',
      'ada ',
      ' ada',
      'ada\u0301',
      'adá',
      'ad_',
      'ad%',
      'ad*',
      'ad?',
      '%',
      '_',
      '*',
    ],
    ...[
      'ada:1',
      'ada:',
      'ada/1',
      'ada.1',
      'ada,1',
      'ada\n1',
      'ada\0',
      "ada'--",
      'ada"',
      '{ada}',
      '[a]da',
      '\\ada',
    ],
    ...['1', '01', '1.0', '😀', '😀😀', 'ß', 'ss', 'null', 'undefined', '__proto__', `${long}1`, `${long}2`],
  ]
}

/** For stores with `sessionsOf`, `countOf` and `destroyAllOf`, whose subject gives them the option `owner`. */
export const owners: readonly Rule[] = family('owners', [
  {
    id: 'OWN-01',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence:
      'sessionsOf() gives the live sessions of this owner, each once and with its data, and countOf() how many there are.',
    why: 'A user sees the devices of somebody else, or does not see the one of a thief.',
    check: 'does the query ask for the owner, and is the data read as get() reads it?',
    seenIn: 'lists that are made of all sessions',
    link: guide,
    needs: ['owners'],
    async run(t) {
      const store = await openOwners(t)
      const [ada, eve] = [nameIn(store, 'ada'), nameIn(store, 'eve')]
      for (const n of [1, 2, 3]) await store.set(`a${n}`, ownedBy(t, ada, n))
      await store.set('b', ownedBy(t, eve, 4))
      await store.set('c', ownedBy(t, undefined, 5))
      await lists(t, store, ada, [1, 2, 3], 'with three sessions')
      await lists(t, store, eve, [4], 'with one session')
      await lists(t, store, nameIn(store, 'nobody'), [], 'without sessions')
      for (const { session } of await store.sessionsOf(eve))
        t.same(session, { n: 4, owner: eve }, 'sessionsOf() of one session')
      await store.destroy('a2')
      await lists(t, store, ada, [1, 3], 'after destroy() of one')
    },
  },
  {
    id: 'OWN-02',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence:
      'sessionsOf() gives the newest session first, with the times when it was created, if that is known, and last used.',
    why: 'A user who looks for the login of a thief is shown it at the end, or with a time that is not true.',
    check: 'is the list in the order of createdAt, and of touchedAt where that is not known?',
    seenIn: 'lists in the order of ids',
    link: guide,
    needs: ['owners'],
    async run(t) {
      const store = await openOwners(t)
      const ada = nameIn(store, 'ada')
      for (const [n, used] of [
        [1, 9],
        [2, 0],
        [3, 18],
        [4, 4],
      ] as const) {
        await setUsed(t, store, ada, n, { used })
      }
      t.deepEqual(
        await listedOf(store, ada),
        [2, 4, 1, 3],
        'the n of sessions used 0, 4, 9 and 18 minutes ago',
      )
      const eve = nameIn(store, 'eve')
      await setUsed(t, store, eve, 5, { used: 1, created: 300 })
      await setUsed(t, store, eve, 6, { used: 9, created: 100 })
      const now = Date.now()
      const found = await store.sessionsOf(eve)
      const isKnown = found.every(({ createdAt }) => createdAt !== undefined)
      t.deepEqual(
        found.map(({ session }) => session.n),
        isKnown ? [6, 5] : [5, 6],
        `the n of sessions ${isKnown ? 'created 100 and 300' : 'used 1 and 9'} minutes ago`,
      )
      for (const { session, createdAt, touchedAt } of found) {
        const [used, created] = session.n === 5 ? [1, 300] : [9, 100]
        about(t, touchedAt, now - used * minute, 'touchedAt')
        if (createdAt !== undefined) about(t, createdAt, now - created * minute, 'createdAt')
      }
    },
  },
  {
    id: 'OWN-03',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence:
      'destroyAllOf() ends every session of this owner but those of `except`, none of another owner, and returns how many it ended.',
    why: 'After a change of the password a thief stays logged in, or the user or somebody else is logged out.',
    check: 'does it take one id and a list of ids, and compare whole owners?',
    seenIn: 'a delete by owner that forgets the session of the request',
    link: guide,
    needs: ['owners'],
    async run(t) {
      const store = await openOwners(t)
      const [ada, eve] = [nameIn(store, 'ada'), nameIn(store, 'eve')]
      for (const n of [1, 2, 3, 4]) await store.set(`a${n}`, ownedBy(t, ada, n))
      await store.set('b', ownedBy(t, eve, 5))
      await store.set('c', ownedBy(t, undefined, 6))
      const [one, two] = store.tagged('exchange', ['a1', 'a2'])
      t.equal(
        await store.ofOwner('destroyAllOf', ada, { except: [one, two] }),
        2,
        'destroyAllOf() but two of four',
      )
      await lists(t, store, ada, [1, 2], 'after destroyAllOf() but two')
      for (const sid of ['a3', 'a4']) await t.gone(store, sid, 'after destroyAllOf()')
      t.equal(await store.ofOwner('destroyAllOf', ada, { except: one }), 1, 'destroyAllOf() but one of two')
      await t.holds(store, 'a1', { n: 1, owner: ada }, 'after destroyAllOf() but this one')
      t.equal(await store.ofOwner('destroyAllOf', ada), 1, 'destroyAllOf() of one session')
      await t.gone(store, 'a1', 'after destroyAllOf()')
      t.equal(await store.ofOwner('destroyAllOf', ada), 0, 'destroyAllOf() without sessions')
      await t.holds(store, 'b', { n: 5, owner: eve }, 'after destroyAllOf() of another owner')
      await t.holds(store, 'c', { n: 6 }, 'after destroyAllOf() of an owner, which it has not')
    },
  },
  {
    id: 'OWN-04',
    axes: ['size'],
    since: '1.1',
    level: 'MUST',
    sentence:
      'Owners are told apart by every character of their names, also of 1,000 characters, unless set() refuses the name.',
    why: 'The user 1 sees and ends the sessions of the user 10, or of everybody with a name such as "%".',
    check: 'is the owner compared as a whole, byte by byte, and never part of a pattern or cut to a column?',
    seenIn: 'LIKE, KEYS owner:*, and columns of 255 characters with a collation',
    link: guide,
    needs: ['owners'],
    budgetMs: 60_000,
    async run(t) {
      const store = await openOwners(t)
      const names = namesLikeOneAnother().map(name => nameIn(store, name).slice(-1000))
      const kept: number[] = []
      const numbers = names.map((_, n) => String(n))
      await eachOf(t, numbers, async n => {
        const { failed } = await store.outcome('set', [`s${n}`, ownedBy(t, names[Number(n)], Number(n))])
        if (!failed) kept.push(Number(n))
      })
      t.ok(kept.includes(0), 'set() of a session of "ada" failed, want no error')
      await eachOf(t, kept.map(String), n =>
        lists(t, store, names[Number(n)]!, [Number(n)], 'with one session'),
      )
      // If one of these ends the session of another owner too, nothing is left for that one.
      for (const n of kept) {
        const call = `destroyAllOf(${show(names[n])}) with one session`
        t.equal(await store.ofOwner('destroyAllOf', names[n]), 1, call)
        await t.gone(store, `s${n}`, 'after destroyAllOf()')
      }
    },
  },
  {
    id: 'OWN-05',
    axes: ['time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'An expired session is neither listed nor counted, nor does destroyAllOf() count it.',
    why: 'A limit of sessions locks out a user whose sessions have all ended.',
    check: 'does the query compare the expiry, whether or not the row was deleted?',
    seenIn: 'sets of ids that nobody trims',
    link: 'https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#session-expiration',
    needs: ['owners'],
    lane: 'wait',
    async run(t) {
      const store = await openOwners(t)
      const ada = nameIn(store, 'ada')
      await store.set('live', ownedBy(t, ada, 1))
      const brief = ownedBy(t, ada, 2, { maxAge: t.life })
      await writeAndOutlive(t, brief, () => store.set('brief', brief))
      await lists(t, store, ada, [1], 'with one session expired')
      t.equal(
        await store.ofOwner('destroyAllOf', ada),
        1,
        'destroyAllOf() with one session live and one expired',
      )
    },
  },
  ...ownersChanging,
])
