import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import { two } from './conditional-races.ts'
import { family, type Rule } from './rule.ts'
import { lasts, patiently, rounds, writeAndOutlive } from './support/lives.ts'

/** Inserts over a live session, which must keep its expiry. Returns false when it had ended before the check. */
async function leftAlone(t: Trial, store: StoreHandle, life: number): Promise<boolean> {
  const session = t.session({ n: 1 }, { maxAge: life })
  await store.set('a', session)
  const inserted = await store.insert('a', t.session({ n: 2 }))
  const found = await store.get('a')
  if (!lasts(session)) return false
  t.equal(inserted, false, 'an insert where a session is')
  t.same(found, { n: 1 }, 'get("a") after an insert')
  await t.outlive(session)
  await t.gone(store, 'a', 'after its end, with an insert before that')
  return true
}

export const insert: readonly Rule[] = family('inserts', [
  {
    id: 'INS-01',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Of several inserts of one sid at once exactly one wins, and what it has inserted stays.',
    why: 'Two processes that copy the same session to a new store would undo what a request has written between the copies.',
    check: 'is it one statement that fails if the sid is in use, or a read and a write?',
    seenIn: 'stores that check whether the session is there, then save it',
    link: 'https://redis.io/docs/latest/commands/set/',
    needs: ['insert'],
    lane: 'serial',
    async run(t) {
      const stores = await two(t)
      for (const round of rounds(10)) {
        const sid = `a${round}`
        const results = await t.staggered(
          Array.from({ length: 6 }, (_, index) => () => {
            return stores[index % 2]!.insert(sid, t.session({ n: index + 1 }))
          }),
        )
        const winners = results.flatMap((inserted, index) => (inserted ? [index + 1] : []))
        t.ok(winners.length === 1, `${winners.length} of 6 inserts at once won, want exactly one`)
        await t.holds(stores[1], sid, { n: winners[0] }, 'after one of six inserts won')
      }
    },
  },
  {
    id: 'INS-02',
    axes: ['time'],
    level: 'MUST',
    sentence:
      'An insert does not change a live session or its lifetime, and returns that it has not inserted.',
    why: 'A late copy takes the place of what the user has saved meanwhile.',
    check: 'is it an insert without an update, and does its answer depend on what it has changed?',
    seenIn: 'stores that insert by their upsert',
    link: 'https://www.sqlite.org/lang_upsert.html',
    needs: ['insert'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await patiently(t, life => leftAlone(t, store, life))
      await store.destroy('a')
      t.equal(await store.insert('a', t.session({ n: 3 })), true, 'an insert where no session is')
      await t.holds(store, 'a', { n: 3 }, 'after an insert where none was')
    },
  },
  {
    id: 'INS-03',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence: 'An insert takes the place of an expired session, deleted or not.',
    why: 'Whether an insert succeeds would depend on how often the store cleans up.',
    check: 'does the statement look at the expiry of the row that is in its way?',
    seenIn: 'inserts that do nothing on conflict, in tables from which expired rows are deleted by a timer',
    link: 'https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT',
    needs: ['insert'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const expired = t.brief({ n: 1, old: true })
      await writeAndOutlive(t, expired, () => store.set('a', expired))
      t.equal(
        await store.insert('a', t.session({ n: 2 })),
        true,
        'an insert in the place of an expired session',
      )
      await t.holds(store, 'a', { n: 2 }, 'after an insert in the place of an expired session')
      t.equal(await store.insert('a', t.session({ n: 3 })), false, 'a second insert')
    },
  },
])
