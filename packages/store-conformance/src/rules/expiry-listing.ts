import { inspect } from 'node:util'
import { family, type Rule } from './rule.ts'
import { counted } from './support/listed.ts'
import { writeAndOutlive } from './support/lives.ts'

/** Rules on expired sessions in lists, counts and tables. */
export const expiryListing: readonly Rule[] = family('expiry', [
  {
    id: 'EXP-15',
    axes: ['time'],
    level: 'MUST',
    sentence: 'all() leaves expired sessions out.',
    why: 'An app that lists devices or ends sessions of a user works with expired sessions.',
    check: 'does the query of all() exclude expired rows?',
    seenIn: 'connect-sqlite3; better-sqlite3-session-store',
    link: 'https://github.com/rawberg/connect-sqlite3',
    needs: ['all'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief({ who: 'the one that ended' })
      await writeAndOutlive(t, brief, async () => {
        await store.set('live', t.session({ who: 'the one that lives' }))
        await store.set('ended', brief)
      })
      // Raw rows count too: there the session is a text inside an entry.
      const ended = (await store.all()).filter(entry =>
        inspect(entry, { depth: 8 }).includes('the one that ended'),
      )
      t.equal(ended.length, 0, 'the number of expired sessions in all()')
    },
  },
  {
    id: 'EXP-16',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'length() leaves expired sessions out.',
    why: '“Users online” grows and never shrinks.',
    check: 'does the count exclude expired rows?',
    seenIn: 'memorystore, connect-mongo, connect-sqlite3, connect-session-knex',
    link: 'https://github.com/jdesboeufs/connect-mongo',
    needs: ['length'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const before = await counted(t, store)
      const brief = t.brief()
      await writeAndOutlive(t, brief, async () => {
        await store.set('live', t.session())
        await store.set('ended', brief)
      })
      t.equal((await counted(t, store)) - before, 1, 'length() after one of two sessions has expired')
    },
  },
  {
    id: 'EXP-20',
    axes: ['time'],
    level: 'SHOULD',
    sentence: 'The sweep removes expired rows and only those.',
    why: 'A sweep that removes nothing fills the disk; one with the wrong unit logs everybody out, every quarter of an hour.',
    check: 'are the column and the time it is compared with in the same unit?',
    seenIn: 'stores whose sweep compares seconds with milliseconds',
    link: 'https://github.com/expressjs/session#session-store-implementation',
    needs: ['sweep', 'rows'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const before = Number(await t.hook('rows', store))
      const brief = t.brief()
      await writeAndOutlive(t, brief, async () => {
        await store.set('live', t.session({ n: 1 }))
        for (const sid of ['a', 'b', 'c']) await store.set(sid, brief)
      })
      await t.hook('sweep', store)
      await t.holds(store, 'live', { n: 1 }, 'after the sweep')
      const left = Number(await t.hook('rows', store)) - before
      t.equal(left, 1, 'the number of rows of one live and three expired sessions after the sweep')
    },
  },
])
