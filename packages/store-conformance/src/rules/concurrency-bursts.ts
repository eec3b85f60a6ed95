import type { Outcome } from '../calls/call.ts'
import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import { after } from '../values/patience.ts'
import { family, type Rule } from './rule.ts'
import { eachOf, lasting, many, numbered, setMany } from './support/listed.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

interface Burst {
  readonly store: StoreHandle
  readonly method: string
  readonly args: readonly unknown[]
}

/**
 * Makes all calls at once. Together they may take long, because some wait for others. So it stops only when no answer has come
 * for a while, and then names the calls without an answer.
 */
async function burst(t: Trial, calls: readonly Burst[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  // Long, because the machine may be busy.
  const patience = Math.max(4000, t.subject.deadlineMs ?? 2000)
  let giveUp = (): void => {}
  const silence = new Promise<'silence'>(resolve => {
    giveUp = () => resolve('silence')
  })
  let stop = after(patience, giveUp)
  const all = calls.map(async ({ store, method, args }, index) => {
    outcomes[index] = await store.outcome(method, args, { mayHang: true, deadlineMs: 25_000 })
    stop()
    stop = after(patience, giveUp)
  })
  const end = await Promise.race([Promise.all(all), silence])
  stop()
  if (end !== 'silence') return outcomes
  const missing = calls.filter((_, index) => !outcomes[index])
  const methods = [...new Set(missing.map(({ method }) => `${method}()`))].join(' and ')
  return t.fail(`${missing.length} of ${calls.length} calls at once were never answered: ${methods}`)
}

/** Checks that no call of a burst failed. An error for a missing session is not a failure. */
function allFine(t: Trial, calls: readonly Burst[], outcomes: readonly Outcome[]): void {
  const bad = outcomes.findIndex((outcome, at) => {
    return outcome.failed && !(calls[at]!.method === 'get' && t.isMiss(outcome))
  })
  if (bad >= 0)
    t.fail(
      `one of ${calls.length} calls at once, ${calls[bad]!.method}(), gave the error ${String(outcomes[bad]!.error)}`,
    )
}

const known = numbered(64).map(sid => `known-${sid}`)

/** Five hundred calls on two stores or one. All that they have written must be there. */
async function manyAtOnce(t: Trial, stores: readonly [StoreHandle, StoreHandle]): Promise<void> {
  const total = many(t, 500, 100)
  const call = (index: number): Burst => {
    const store = stores[index % 2 === 0 ? 0 : 1]
    if (index % 5 < 2) return { store, method: 'set', args: [`s${index}`, t.session({ n: index }, lasting)] }
    if (index % 5 < 4)
      return { store, method: 'get', args: [index % 3 === 0 ? 'nobody' : known[(index * 7) % 64]!] }
    return { store, method: 'destroy', args: [`nobody${index}`] }
  }
  const calls = Array.from({ length: total }, (_, index) => call(index))
  const outcomes = await burst(t, calls)
  allFine(t, calls, outcomes)
  for (const [at, outcome] of outcomes.entries()) {
    const [sid] = calls[at]!.args as [string]
    if (calls[at]!.method !== 'get') continue
    const want = known.includes(sid) ? sid : undefined
    const got = t.isMiss(outcome) ? undefined : (outcome.value as { who?: unknown }).who
    t.equal(got, want, `who in get("${sid}") among ${total} calls at once`)
  }
  const written = calls.filter(({ method }) => method === 'set')
  await eachOf(
    t,
    written.map(({ args }) => String(args[0])),
    sid => t.holds(stores[0], sid, { n: Number(sid.slice(1)) }, `after ${total} calls at once`),
  )
}

/** Rules on many calls at once, and on the first ones. */
export const concurrencyBursts: readonly Rule[] = family('concurrency', [
  {
    id: 'CON-03',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'A hundred parallel set() calls of different sids all survive.',
    why: 'Users who log in at the same moment throw each other out.',
    check: 'are all sessions in one document that is read, changed and written?',
    seenIn: 'stores that keep all sessions in one file',
    link: manual,
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const other = t.has('shared') ? await t.open() : store
      const sids = Array.from({ length: many(t, 100, 20) }, (_, n) => `s${n}`)
      const calls = sids.map((sid, n) => {
        return { store: n % 2 === 0 ? store : other, method: 'set', args: [sid, t.session({ n }, lasting)] }
      })
      allFine(t, calls, await burst(t, calls))
      await eachOf(t, sids, sid =>
        t.holds(store, sid, { n: Number(sid.slice(1)) }, 'after 100 parallel set() calls'),
      )
    },
  },
  {
    id: 'CON-09',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Five hundred calls at once are all answered, and without an error.',
    why: 'Under load some requests hang until the browser gives up, or fail though nothing is wrong.',
    check: 'what becomes of calls that find no free connection or too many open files?',
    seenIn: 'stores on pools that lose callbacks when they are exhausted',
    link: manual,
    lane: 'serial',
    async run(t) {
      const one = await t.open()
      await setMany(t, one, known)
      await manyAtOnce(t, [one, one])
      if (t.has('shared')) await manyAtOnce(t, [one, await t.open()])
    },
  },
  {
    id: 'CON-10',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'The first calls on a new store, made at once and without waiting, all work.',
    why: 'After each start the first visitors get errors, until the connection stands and the tables are there.',
    check: 'does each method wait for the connection and the set-up?',
    seenIn: 'stores that are “not ready yet”',
    link: manual,
    async run(t) {
      const store = await t.open({ fresh: true })
      const calls = Array.from({ length: 12 }, (_, n) => {
        return { store, method: 'set', args: [`s${n}`, t.session({ n })] }
      })
      allFine(t, calls, await burst(t, calls))
      for (const [n, { args }] of calls.entries())
        await t.holds(store, String(args[0]), { n }, 'set at once in a new store')
    },
  },
  {
    id: 'CON-11',
    axes: ['parallelism'],
    level: 'SHOULD',
    sentence: 'clear() beside set() gives no error.',
    why: '“Log everybody out” is pressed while people are active: their requests fail.',
    check:
      'is the table or collection dropped and made anew, or the deletion done page by page with a cursor?',
    seenIn: 'stores that drop their collection',
    link: manual,
    needs: ['clear'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const store = await t.open()
      const other = t.has('shared') ? await t.open() : store
      for (let n = 0; n < 20; n++) await store.set(`s${n}`, t.session({ n }))
      const sets = Array.from({ length: 16 }, (_, n) => () => other.set(`s${n}`, t.session({ n })))
      await t.staggered([...sets.slice(0, 8), () => store.clear(), ...sets.slice(8), () => store.clear()])
      await store.set('a', t.session({ n: 1 }))
      await t.holds(store, 'a', { n: 1 }, 'set after clear()')
    },
  },
  {
    id: 'CON-12',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Several processes can start on an empty database at once.',
    why: 'The first deployment of a cluster ends with processes that refuse every request.',
    check:
      'is there a question “does the table exist?” before CREATE TABLE? Create it if not there, and take “exists” for success.',
    seenIn: 'connect-session-knex 5: table already exists; connect-pg-simple 10',
    link: 'https://github.com/knex/knex/issues/2818',
    needs: ['shared'],
    stochastic: true,
    async run(t) {
      for (const namespace of ['new', 'newer']) {
        const opening = await Promise.allSettled([0, 1, 2].map(() => t.open({ namespace, fresh: true })))
        const stores = opening.map(result => {
          if (result.status === 'rejected') throw result.reason
          return result.value
        })
        await t.staggered(
          stores.map((store, n) => async () => {
            const { failed, error } = await store.outcome('set', [`s${n}`, t.session({ n })])
            t.ok(!failed, `the first set() of one of three new stores gave the error ${String(error)}`)
          }),
        )
        for (const store of stores)
          for (const n of [0, 1, 2]) await t.holds(store, `s${n}`, { n }, 'set by one of three new stores')
      }
    },
  },
])
