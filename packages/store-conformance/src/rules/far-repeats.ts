import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { byWho, count, list } from './support/listed.ts'
import { lasts, patiently, rounds } from './support/lives.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

/** A rule on many calls of one sid. */
export const farRepeats: RuleText = {
  id: 'API-16',
  axes: ['repetition'],
  since: '1.1',
  level: 'MUST',
  sentence: 'The three-hundredth call of a method does what the first did.',
  why: 'A session that is saved often, or a process that has run for long, loses changes, and only those.',
  check:
    'is there a counter in the store (a version of one byte, a sample of calls, a cache after some reads)?',
  seenIn: 'versions of eight bits; caches that begin after a number of reads',
  link: manual,
  lane: 'serial',
  async run(t) {
    const store = await t.open()
    for (const n of rounds(300)) {
      await store.set('a', t.session({ n }))
      await t.holds(store, 'a', { n }, `after set() number ${n} of one sid`)
    }
    await store.set('b', t.session({ who: 'b' }))
    for (const n of rounds(40, 2000)) {
      if (t.has('all'))
        t.equal(
          byWho(await list(t, store)).get('b')?.length ?? 0,
          1,
          `the entries of a session in all() number ${n}`,
        )
      if (t.has('length'))
        t.ok(
          (await count(t, store, `number ${n}`)) >= 2,
          `length() number ${n} counts fewer than two sessions`,
        )
    }
  },
}

/** A rule on a save that comes a second time. */
export const lateWrites: RuleText = {
  id: 'CON-18',
  axes: ['time'],
  since: '1.1',
  level: 'MUST',
  sentence: 'No late write replaces what a later set() saved.',
  why: 'A change of the user is there, and a moment later it is not.',
  check: 'is a write repeated, or does touch() write the data back when it gets to it?',
  seenIn: 'stores that repeat a write, and touch() with a debounce',
  link: manual,
  needs: ['strict'],
  lane: 'wait',
  async run(t) {
    const store = await t.open()
    await store.set('a', t.session({ n: 1 }))
    await t.wait(100)
    if (t.has('touch')) await store.touch('a', t.session({ n: 1 }))
    await store.set('a', t.session({ n: 2 }))
    const began = Date.now()
    while (Date.now() - began < 300) {
      await t.holds(store, 'a', { n: 2 }, `${Date.now() - began} ms after a second set()`)
      await t.wait(15)
    }
    await t.holds(store, 'a', { n: 2 }, 'some time after a second set()')
  },
}

/** A rule on a cookie that changes after the call. */
export const lateCookies: RuleText = {
  id: 'ISO-08',
  axes: ['time'],
  since: '1.1',
  level: 'SHOULD',
  sentence: 'set() uses the expiry that the cookie has at the call.',
  why: 'The middleware changes the same cookie afterwards, and the session ends at the later expiry, or at once.',
  check: 'is the expiry computed before the first await?',
  seenIn: 'stores that wait for a connection or a lock before they look at the session',
  link: manual,
  needs: ['strict'],
  async run(t) {
    const store = await t.open()
    for (const sid of ['a', 'b']) {
      const given = t.session({ n: 1 })
      const saved = store.set(sid, given)
      given.cookie.expires = new Date(Date.now() - 5000 - t.granularity)
      await saved
      await t.holds(store, sid, { n: 1 }, 'after its cookie was changed while set() was under way')
    }
  },
}

/** Waits until the store writes and reads again. */
async function backAgain(t: Trial, store: StoreHandle): Promise<void> {
  const works = async (): Promise<boolean> => {
    const { failed } = await store.outcome('set', ['probe', t.session({ n: 1 })], { mayHang: true })
    return !failed && !t.isMiss(await store.outcome('get', ['probe'], { mayHang: true }))
  }
  if (!(await t.eventually(15_000, works))) t.unverified('set() and get() do not work again, see ERR-08')
}

/** A rule on what comes after a failure. */
export const afterFailures: RuleText = {
  id: 'ERR-15',
  axes: ['time', 'repetition'],
  since: '1.1',
  clears: true,
  level: 'MUST',
  sentence: 'touch(), destroy(), all(), length() and clear() work again after they failed.',
  why: 'After one restart of the database the app logs nobody out any more, and everybody too early, until it is restarted.',
  check: 'is an error remembered: a flag, an old result, a closed statement?',
  seenIn: 'stores that switch a feature off after its first failure',
  link: manual,
  needs: ['down'],
  lane: 'process',
  budgetMs: 90_000,
  async run(t) {
    const store = await t.open()
    const calls = ['touch', 'all', 'length', 'clear'].filter(method => t.has(method as 'all'))
    const call = (method: string) => {
      const args = { touch: ['probe', t.session({ n: 1 })], destroy: ['probe'] }[method] ?? []
      return store.outcome(method, args, { mayHang: true, deadlineMs: t.subject.deadlineMs ?? 10_000 })
    }
    await store.set('probe', t.session({ n: 1 }))
    for (const method of [...calls, 'destroy']) await call(method)
    await t.down(store)
    const failed = await Promise.all([...calls, 'destroy'].map(call))
    await t.up()
    await backAgain(t, store)
    // A call without an answer may still be waiting, and run later.
    if (failed.some(({ hung }) => hung)) t.unverified('a call was never answered, see ERR-12')
    await store.set('a', t.session({ who: 'a' }))
    if (t.has('all'))
      t.ok(byWho(await list(t, store)).has('a'), 'all() after a failure does not have a session')
    if (t.has('length'))
      t.ok((await count(t, store, 'after a failure')) > 0, 'length() after a failure counts no session')
    await store.destroy('a')
    await t.gone(store, 'a', 'after a destroy() that follows one that failed')
    if (t.has('touch')) await extendsAgain(t, store)
    if (!t.has('clear')) return
    await store.clear()
    await t.gone(store, 'probe', 'after a clear() that follows one that failed')
  },
}

/** A rule on what other stores see after a failure. */
export const seenAfterFailures: RuleText = {
  id: 'ERR-16',
  axes: ['parallelism', 'repetition'],
  since: '1.1',
  level: 'MUST',
  sentence: 'What a store writes after a write that failed half-way is there for other stores too.',
  why: 'A transaction that nobody has ended takes in the logins that follow: this process sees them, the others do not, and a restart removes them.',
  check: 'if the commit fails and the rollback fails too, is the rollback tried again before anything else?',
  seenIn: 'a store on SQLite that took its own open transaction for one of the app',
  link: 'https://www.sqlite.org/lang_transaction.html',
  needs: ['chaos', 'shared'],
  lane: 'serial',
  budgetMs: 90_000,
  async run(t) {
    const [store, other] = [await t.open(), await t.open()]
    for (const method of ['set', 'destroy'] as const) {
      for (let commands = 0; commands < 8; commands++) {
        await store.set('a', t.session({ n: 1 }))
        t.chaos.downAfter(commands)
        const { failed } = await store.outcome(method, method === 'set' ? ['a', t.session({ n: 2 })] : ['a'])
        await t.up()
        if (!failed) break
        await backAgain(t, store)
        await store.set('b', t.session({ n: commands }))
        const which = `in another store, after ${method}() failed when ${commands} commands had run`
        await t.holds(other, 'b', { n: commands }, which)
      }
    }
  },
}

async function extendsAgain(t: Trial, store: StoreHandle): Promise<void> {
  await patiently(t, async life => {
    const brief = t.session({ n: 1 }, { maxAge: life })
    await store.set('b', brief)
    await store.touch('b', t.session({ n: 1 }))
    if (!lasts(brief)) return false
    await t.outlive(brief)
    await t.holds(store, 'b', { n: 1 }, 'after a touch() that follows one that failed')
    return true
  })
}
