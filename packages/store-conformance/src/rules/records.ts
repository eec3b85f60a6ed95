import type { StoreHandle } from '../calls/handle.ts'
import { textOf } from '../errors.ts'
import type { Trial } from '../trial/trial.ts'
import { family, type Rule } from './rule.ts'
import { many } from './support/listed.ts'
import { writeAndOutlive } from './support/lives.ts'

const iteration = 'https://nodejs.org/api/stream.html#consuming-readable-streams-with-async-iterators'
const total = 1203

/** The sids in `got` that belong to this rule, sorted. */
function own(got: readonly (string | undefined)[], wanted: ReadonlySet<string>): string[] {
  return got.filter((sid): sid is string => sid !== undefined && wanted.has(sid)).sort()
}

/** Checks that a listing has each sid once. With 1,203 of them, a count is easier to read. */
function complete(
  t: Trial,
  got: readonly (string | undefined)[],
  wanted: readonly string[],
  what: string,
): void {
  const nameless = got.filter(sid => sid === undefined).length
  t.equal(nameless, 0, `entries without an id from ${what}`)
  const found = own(got, new Set(wanted))
  const missing = wanted.filter(sid => !found.includes(sid))
  t.ok(missing.length === 0, `${what} leaves out ${missing.length} of ${wanted.length} sessions`)
  t.ok(found.length === wanted.length, `${what} gives ${found.length - wanted.length} sessions twice`)
}

/** The result of `ids()`: a list or an iterable. */
async function idsOf(t: Trial, store: StoreHandle): Promise<string[]> {
  const ids: string[] = []
  try {
    for await (const id of await store.store.ids()) ids.push(id as string)
  } catch (error) {
    t.fail(`ids() failed with ${textOf(error)}, want no error`)
  }
  return ids
}

async function fill(t: Trial, store: StoreHandle, count: number): Promise<string[]> {
  const sids = Array.from({ length: count }, (_, index) => `s${String(index).padStart(4, '0')}`)
  for (let from = 0; from < count; from += 100) {
    const page = sids.slice(from, from + 100)
    await Promise.all(page.map((sid, index) => store.set(sid, t.session({ n: from + index }))))
  }
  return sids
}

/** Prunes three expired sessions beside two live ones. Returns the count, and how many rows fewer there are if the subject counts rows. */
async function pruneExpired(t: Trial, store: StoreHandle): Promise<{ count: number; fewer?: number }> {
  const brief = t.brief({ n: 1 })
  for (const sid of ['x', 'y', 'z']) await store.set(sid, brief)
  for (const sid of ['a', 'b']) await store.set(sid, t.session({ n: 2 }))
  await t.outlive(brief)
  const before = t.has('rows') ? Number(await t.hook('rows', store)) : undefined
  const count: unknown = await store.prune()
  const after = t.has('rows') ? Number(await t.hook('rows', store)) : undefined
  for (const sid of ['a', 'b']) await t.holds(store, sid, { n: 2 }, 'after prune()')
  for (const sid of ['x', 'y', 'z']) await t.gone(store, sid, 'after prune()')
  if (typeof count !== 'number' || count < 0 || count > 3)
    t.fail(`prune() with 3 expired sessions gave ${String(count)}, want how many it deleted`)
  t.equal(await store.prune(), 0, 'a second prune()')
  return before === undefined || after === undefined ? { count } : { count, fewer: before - after }
}

/** Methods of stores that extend `RecordStore`. In another store, a method of the same name may do something else. */
export const records: readonly Rule[] = family('entries and prune', [
  {
    id: 'REC-01',
    axes: ['size'],
    exactSids: true,
    level: 'MUST',
    sentence:
      'entries() gives every live session once with its id and the data that get() gives; ids() gives the same ids.',
    why: 'What copies, counts or ends sessions misses some of them, or takes them for those of others.',
    check: 'is the id that of set(), with the prefix taken off?',
    seenIn: 'listings that give the keys of the database',
    link: iteration,
    needs: ['entries', 'conditional'],
    async run(t) {
      const writer = await t.open()
      const saved = new Map<string, object>((await fill(t, writer, 7)).map((sid, n) => [sid, { n }]))
      await writer.set('browser', t.session({ n: 7 }, { expires: null }))
      saved.set('browser', { n: 7 })
      const large = { text: 'x'.repeat(100_000) }
      if (!t.refused(await writer.outcome('set', ['large', t.session(large)]))) saved.set('large', large)
      const sids = [...saved.keys()]
      // A store that was not used yet, and has to prepare itself first.
      const store = t.has('shared') ? await t.open() : writer
      const entries = await store.entries()
      complete(
        t,
        entries.map(entry => entry.sid),
        sids,
        'entries()',
      )
      for (const { sid, session } of entries) {
        const data = saved.get(sid!)
        if (data) t.same(session, data, `entries() for "${sid}"`)
      }
      if (typeof store.store.ids === 'function') complete(t, await idsOf(t, store), sids, 'ids()')
    },
  },
  {
    id: 'REC-02',
    axes: ['number'],
    exactSids: true,
    level: 'MUST',
    sentence: 'entries() is complete past one page.',
    why: 'It works in tests, and in production the sessions after the first thousand are never seen.',
    check: 'does the next page begin where the last one ended?',
    seenIn: 'connect-dynamodb: a single scan does not return all',
    link: 'https://github.com/ca98am79/connect-dynamodb/pull/29',
    needs: ['entries', 'conditional'],
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const sids = await fill(t, store, many(t, total, total))
      const entries = await store.entries()
      complete(
        t,
        entries.map(entry => entry.sid),
        sids,
        'entries()',
      )
    },
  },
  {
    id: 'REC-03',
    axes: ['time'],
    exactSids: true,
    level: 'MUST',
    sentence: 'entries() and ids() leave expired sessions out.',
    why: 'A list of who is logged in shows people who have long gone, and a copy of the store revives them.',
    check: 'does each page look at the expiry?',
    seenIn: 'listings that rely on the sweep',
    link: 'https://github.com/expressjs/session#storeallcallback',
    needs: ['entries', 'conditional'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief({ n: 1 })
      await store.set('live', t.session({ n: 2 }))
      await writeAndOutlive(t, brief, () => store.set('dead', brief))
      const wanted = new Set(['dead', 'live'])
      const entries = await store.entries()
      t.deepEqual(
        own(
          entries.map(entry => entry.sid),
          wanted,
        ),
        ['live'],
        'entries() with one session expired',
      )
      if (typeof store.store.ids !== 'function') return
      t.deepEqual(own(await idsOf(t, store), wanted), ['live'], 'ids() with one session expired')
    },
  },
  {
    id: 'REC-04',
    axes: ['number', 'parallelism'],
    exactSids: true,
    level: 'MUST',
    sentence: 'entries() misses no session while others are destroyed.',
    why: 'Going through all sessions and ending some is what it is for: every second page would be skipped.',
    check: 'are pages counted by OFFSET? Ask for what comes after the last id instead.',
    seenIn: 'pages by OFFSET or by position',
    link: 'https://use-the-index-luke.com/no-offset',
    needs: ['entries', 'conditional'],
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const sids = new Set(await fill(t, store, many(t, total, total)))
      let visited = 0
      const ended: Promise<void>[] = []
      try {
        for await (const [sid] of store.store.entries() as AsyncIterable<[string, unknown]>) {
          if (!sids.has(sid)) continue
          visited++
          ended.push(store.destroy(sid))
          if (ended.length === 50) await Promise.all(ended.splice(0))
        }
        await Promise.all(ended)
      } catch (error) {
        t.fail(`entries() failed with ${textOf(error)} while sessions were destroyed, want no error`)
      }
      t.ok(
        visited >= total,
        `entries() gave ${visited} of ${total} sessions, each of which was then destroyed`,
      )
      for (const sid of ['s0000', 's0600', `s${total - 1}`])
        await t.gone(store, sid, 'after all were destroyed')
    },
  },
  {
    id: 'REC-05',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence: 'prune() deletes expired sessions only and tells how many.',
    why: 'A wrong unit or column logs everybody out; a wrong number hides that nothing is ever deleted.',
    check:
      'does it compare the expiry with the present in the same unit, and count what the statement deleted?',
    seenIn: 'sweeps that compared seconds with milliseconds',
    link: 'https://github.com/attestate/better-sqlite3-session-store/issues/9',
    needs: ['prune', 'conditional'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      // Without namespaces, other rules may have left sessions.
      await store.prune()
      // The store's own timers may delete rows just before prune() does, but not each time.
      for (const round of [1, 2, 3]) {
        const { count, fewer = count } = await pruneExpired(t, store)
        if (count === fewer) return
        const forgiven = count < fewer && round < 3
        t.ok(forgiven, `prune() gave ${count}, and there are ${fewer} rows fewer, want how many it deleted`)
      }
    },
  },
])
