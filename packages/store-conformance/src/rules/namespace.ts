import type { Entry } from '../calls/entries.ts'
import type { StoreHandle } from '../calls/handle.ts'
import { textOf } from '../errors.ts'
import type { Trial } from '../trial/trial.ts'
import { family, type Rule } from './rule.ts'
import { controlEnded, lasts, patiently } from './support/lives.ts'

const scan = 'https://redis.io/docs/latest/commands/scan/'

/** A store with its own namespace and the sessions a and b. */
async function inhabited(t: Trial, namespace: string): Promise<StoreHandle> {
  const store = await t.open({ namespace })
  for (const sid of ['a', 'b']) await store.set(sid, t.session({ who: namespace, sid }))
  return store
}

/** Such a store, or no verdict if the subject does not allow this namespace. */
async function inhabitedIfTaken(t: Trial, namespace: string): Promise<StoreHandle> {
  try {
    return await inhabited(t, namespace)
  } catch (error) {
    t.unverified(`the namespace ${JSON.stringify(namespace)} is refused: ${textOf(error)}`)
  }
}

/** Checks that both sessions are there. */
async function untouched(t: Trial, store: StoreHandle, namespace: string, when: string): Promise<void> {
  for (const sid of ['a', 'b'])
    await t.holds(store, sid, { who: namespace, sid }, `${when} in another namespace`)
}

/** Checks that all() and length(), if offered, see the two sessions of this store and no others. */
async function seesOnlyItsOwn(t: Trial, store: StoreHandle, namespace: string): Promise<void> {
  if (t.has('all')) {
    const whos = (await store.all()).map(({ session }: Entry) => session?.who)
    const what = `all() of the namespace ${JSON.stringify(namespace)}`
    // Another rule tests entries without data. They can still be counted.
    if (whos.some(who => who !== undefined)) t.deepEqual(whos, [namespace, namespace], `who in ${what}`)
    t.equal(whos.length, 2, `the number of sessions in ${what}`)
  }
  if (t.has('length'))
    t.equal(await store.length(), 2, `length() of the namespace ${JSON.stringify(namespace)}`)
}

/** Checks that clear() of one store removes its sessions, and none of the other. */
async function clearsOnlyItsOwn(
  t: Trial,
  store: StoreHandle,
  other: StoreHandle,
  who: string,
): Promise<void> {
  await store.clear()
  for (const sid of ['a', 'b']) await t.gone(store, sid, 'after clear()')
  await untouched(t, other, who, 'after clear()')
}

export const namespace: readonly Rule[] = family('namespaces', [
  {
    id: 'NS-01',
    axes: [],
    level: 'MUST',
    sentence: 'Two stores with different namespaces share no session.',
    why: 'The sessions of a test system, or of another app on the same database, work on this one.',
    check: 'is the prefix (table, database) used by each method, and kept per store rather than per module?',
    seenIn: 'options kept in a variable of the module',
    link: 'https://github.com/tj/connect-redis/issues/127',
    needs: ['namespaces'],
    async run(t) {
      const [one, two] = [await t.open({ namespace: 'one' }), await t.open({ namespace: 'two' })]
      await one.set('a', t.session({ who: 'one' }))
      await t.gone(two, 'a', 'after set() in another namespace')
      await two.set('a', t.session({ who: 'two' }))
      await t.holds(one, 'a', { who: 'one' }, 'after set() in another namespace')
      if (t.has('touch')) await one.touch('a', t.session({ who: 'one' }))
      await t.holds(two, 'a', { who: 'two' }, 'after touch() in another namespace')
      await one.destroy('a')
      await t.holds(two, 'a', { who: 'two' }, 'after destroy() in another namespace')
    },
  },
  {
    id: 'NS-02',
    axes: [],
    level: 'MUST',
    sentence: 'clear() leaves the sessions of other namespaces alone.',
    why: 'Clearing the sessions of one app logs out the users of all apps on that database.',
    check: 'does clear() flush the database, or delete without a condition?',
    seenIn: 'FLUSHDB in redis-store, deleteMany({})',
    link: 'https://github.com/redis-store/redis-store/issues/82',
    needs: ['namespaces', 'clear'],
    async run(t) {
      const one = await inhabited(t, 'one')
      const two = await inhabited(t, 'two')
      await clearsOnlyItsOwn(t, one, two, 'two')
    },
  },
  {
    id: 'NS-03',
    axes: [],
    level: 'MUST',
    sentence: 'all() and length() see the sessions of their own namespace only.',
    why: 'A list of users shows those of another app, with their data.',
    check: 'do these queries have the condition that the others have?',
    seenIn: 'SCAN without MATCH, COUNT(*) without WHERE',
    link: scan,
    needs: ['namespaces', 'all'],
    async run(t) {
      const one = await inhabited(t, 'one')
      const two = await inhabited(t, 'two')
      await seesOnlyItsOwn(t, one, 'one')
      await seesOnlyItsOwn(t, two, 'two')
    },
  },
  {
    id: 'NS-04',
    axes: [],
    level: 'SHOULD',
    sentence: 'A prefix that begins with the prefix of another store is still another store.',
    why: 'Beside "app:" there is "app:admin:" one day: clearing or listing the first reaches the second.',
    check: 'does a scan for "app:*" find "app:admin:…"? Filter, encode the sid, or document it.',
    seenIn: 'connect-redis 9',
    link: 'https://github.com/tj/connect-redis',
    needs: ['namespaces', 'clear'],
    async run(t) {
      const outer = await inhabitedIfTaken(t, 'p:')
      const inner = await inhabitedIfTaken(t, 'p:admin:')
      await seesOnlyItsOwn(t, outer, 'p:')
      await clearsOnlyItsOwn(t, outer, inner, 'p:admin:')
    },
  },
  {
    id: 'NS-05',
    axes: [],
    clears: true,
    level: 'MUST',
    sentence: 'Glob and LIKE characters in a prefix are literal.',
    why: 'clear() leaves the sessions it was to remove, and removes those of others.',
    check: 'does the prefix go into a SCAN or LIKE pattern without its * ? [ ] % _ being escaped?',
    seenIn: 'connect-redis 9',
    link: scan,
    needs: ['namespaces'],
    async run(t) {
      const pairs = [
        ['[1]*?:', '1xy:'],
        ['_%:', 'xyz:'],
      ] as const
      for (const [odd, like] of pairs) {
        const [one, two] = [await inhabitedIfTaken(t, odd), await inhabited(t, like)]
        await untouched(t, one, odd, 'after set()')
        await seesOnlyItsOwn(t, one, odd)
        await seesOnlyItsOwn(t, two, like)
        if (t.has('clear')) await clearsOnlyItsOwn(t, one, two, like)
      }
    },
  },
  {
    id: 'NS-06',
    axes: [],
    level: 'SHOULD',
    sentence: 'Prefix and sid do not run together: "ab" with "c" is not "a" with "bc".',
    why: 'With prefixes such as "app" and "app2" a cookie of one app can name a session of the other.',
    check: 'is there a separator between them that neither can hold, or a length?',
    seenIn: 'connect-redis 9',
    link: 'https://github.com/tj/connect-redis',
    needs: ['namespaces'],
    async run(t) {
      const [long, short] = [await t.open({ namespace: 'ab' }), await t.open({ namespace: 'a' })]
      await long.set('c', t.session({ who: 'ab' }))
      await t.gone(short, 'bc', 'after set("c", session) in a namespace that ends with b')
      await short.set('bc', t.session({ who: 'a' }))
      await t.holds(long, 'c', { who: 'ab' }, 'after set("bc", session) in a namespace without the b')
    },
  },
  {
    id: 'NS-07',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Two stores can set themselves up side by side in one database.',
    why: 'The second app on a database never starts: its table cannot be made.',
    check: 'do constraints and indexes have fixed names? Derive them from the name of the table.',
    seenIn: 'connect-pg-simple 10: relation "session_pkey" already exists',
    link: 'https://github.com/voxpelli/node-connect-pg-simple',
    needs: ['namespaces'],
    stochastic: true,
    async run(t) {
      const names = ['one', 'two', 'three']
      const works = names.map(namespace => async () => {
        const store = await t.open({ namespace, fresh: true })
        await store.set('a', t.session({ who: namespace }))
        return store
      })
      const stores = await t.staggered(works)
      const late = await t.open({ namespace: 'late', fresh: true })
      await late.set('a', t.session({ who: 'late' }))
      for (const [index, store] of [...stores, late].entries()) {
        await t.holds(store, 'a', { who: names[index] ?? 'late' }, 'after several stores were set up at once')
      }
    },
  },
  {
    id: 'NS-08',
    axes: ['time'],
    since: '1.1',
    level: 'MUST',
    sentence: 'touch() and destroy() of a sid leave the same sid in other namespaces alone.',
    why: 'A logout in one app, or the activity there, ends or keeps a session of another app.',
    check: 'is there a static cache or a map by sid alone, without the prefix?',
    seenIn: 'stores with a map of sids on the class',
    link: 'https://github.com/tj/connect-redis#options',
    needs: ['namespaces', 'touch'],
    lane: 'wait',
    async run(t) {
      const [one, two] = [await t.open({ namespace: 'one' }), await t.open({ namespace: 'two' })]
      await patiently(t, async life => {
        const brief = t.session({ n: 1 }, { maxAge: life })
        for (const store of [one, two]) for (const sid of ['a', 'b', 'c']) await store.set(sid, brief)
        for (const store of [one, two]) await store.touch('a', t.session({ n: 1 }))
        await one.touch('b', t.session({ n: 1 }))
        await one.touch('c', t.session({ n: 1 }))
        await two.touch('c', t.session({ n: 1 }))
        await two.destroy('c')
        if (!lasts(brief)) return false
        await t.outlive(brief)
        for (const store of [one, two]) await t.holds(store, 'a', { n: 1 }, 'touched in both namespaces')
        await t.holds(one, 'c', { n: 1 }, 'after destroy("c") in another namespace')
        await two.set('control', t.brief({ n: 1 }))
        await t.outlive(t.brief({ n: 1 }))
        await controlEnded(t, two)
        await t.gone(two, 'b', 'after its end, when the sid was touched in another namespace')
        return true
      })
    },
  },
])
