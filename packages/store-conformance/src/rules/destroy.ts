import { endings } from './endings.ts'
import { family, type Rule } from './rule.ts'
import { counted } from './support/listed.ts'

const manual = 'https://github.com/expressjs/session#storedestroysid-callback'

export const destroy: readonly Rule[] = family('destroy', [
  {
    id: 'DEL-01',
    axes: [],
    level: 'MUST',
    sentence: 'When destroy() calls back, the session is gone.',
    why: 'The user is told that they are logged out, and the next request is still theirs.',
    check: 'does destroy() call back before the backend has answered?',
    seenIn: 'stores that acknowledge before it is done',
    link: manual,
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.destroy('a')
      await t.gone(store, 'a', 'after destroy()')
    },
  },
  {
    id: 'DEL-02',
    axes: ['parallelism', 'repetition'],
    level: 'MUST',
    sentence: 'destroy() of an unknown sid, or of one destroyed before, is no error.',
    why: 'Two clicks on “log out” answer the second one with status 500.',
    check: 'does destroy() take "0 rows deleted" for a failure?',
    seenIn: 'prisma-session-store',
    link: 'https://github.com/kleydon/prisma-session-store/issues/72',
    async run(t) {
      const store = await t.open()
      await store.destroy('nobody')
      await store.set('a', t.session({ n: 1 }))
      await store.destroy('a')
      await store.destroy('a')
      await t.gone(store, 'a', 'after destroy() twice')
      await store.set('a', t.session({ n: 1 }))
      await Promise.all([store.destroy('a'), store.destroy('a')])
      await t.gone(store, 'a', 'after two destroy() at once')
    },
  },
  {
    id: 'DEL-03',
    axes: [],
    exactSids: true,
    level: 'MUST',
    sentence: 'destroy() removes no other session.',
    why: 'One logout logs others out as well.',
    check: 'is the sid compared as a whole, or as a prefix or a pattern?',
    seenIn: 'stores that delete by pattern',
    link: manual,
    async run(t) {
      const store = await t.open()
      const neighbours = ['ab', 'ba', 'b', 'aa']
      for (const sid of [...neighbours, 'a']) await store.set(sid, t.session({ who: sid }))
      await store.destroy('a')
      for (const sid of neighbours) await t.holds(store, sid, { who: sid }, 'after destroy("a")')
    },
  },
  {
    id: 'DEL-04',
    axes: ['time'],
    level: 'MUST',
    sentence: 'A destroyed session stays away: no late write lands.',
    why: 'A queue that is written later brings the session back after the logout, for as long as it would have lived.',
    check: 'is there a write-behind queue or a debounce that destroy() does not empty?',
    seenIn: 'stores with write-behind queues and debounced touches',
    link: 'https://github.com/expressjs/session/issues/632',
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.set('a', t.session({ n: 2 }))
      if (t.has('touch')) await store.touch('a', t.session({ n: 2 }))
      await store.destroy('a')
      const began = Date.now()
      for (let read = 1; read <= 5; read++) {
        await t.gone(store, 'a', `${Date.now() - began} ms after destroy()`)
        await t.wait((t.life + t.slack) / 4)
      }
    },
  },
  {
    id: 'DEL-05',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'A destroyed sid can be set again.',
    why: 'Tests and some apps go on with the same sid: it would never hold a session again.',
    check: 'does the store remember sids that were destroyed?',
    seenIn: 'stores with tombstones',
    link: manual,
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.destroy('a')
      await t.gone(store, 'a', 'after destroy()')
      await store.set('a', t.session({ n: 2 }))
      await t.holds(store, 'a', { n: 2 }, 'set again after destroy()')
    },
  },
  {
    id: 'DEL-06',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'destroy() takes the session out of length(), once.',
    why: 'A count that is kept beside the sessions drifts away from them for ever.',
    check: 'is the count kept in a variable or key of its own?',
    seenIn: 'stores that keep a count',
    link: 'https://github.com/expressjs/session#storelengthcallback',
    needs: ['length'],
    async run(t) {
      const store = await t.open()
      const before = await counted(t, store)
      for (const sid of ['a', 'b', 'c']) await store.set(sid, t.session({ who: sid }))
      for (const sid of ['b', 'b', 'nobody']) await store.destroy(sid)
      const left = (await counted(t, store)) - before
      t.equal(left, 2, 'length(), one of three sessions destroyed twice and an unknown one as well,')
    },
  },
  {
    id: 'DEL-07',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'destroy() is seen at once by another store on the same sessions.',
    why: 'After the logout the session still works in all other processes, until their cache forgets it.',
    check: 'is there a cache of sessions in the process?',
    seenIn: 'stores with a read cache in each process',
    link: manual,
    needs: ['shared', 'strict'],
    async run(t) {
      const [one, other] = await t.pair()
      await one.set('a', t.session({ n: 1 }))
      await other.get('a')
      for (const time of ['', 'a second ']) {
        await one.destroy('a')
        await t.gone(other, 'a', `in the other store after ${time}destroy()`)
        await other.set('a', t.session({ n: 2 }))
      }
    },
  },
  {
    id: 'DEL-08',
    axes: [],
    level: 'MUST',
    sentence: 'destroy() takes the session out of all().',
    why: 'An app that lists devices shows one that is logged out.',
    check: 'is there an index of sids that destroy() does not maintain?',
    seenIn: 'stores with an index beside the sessions',
    link: 'https://github.com/expressjs/session#storeallcallback',
    needs: ['all'],
    async run(t) {
      const store = await t.open()
      for (const who of ['a', 'b', 'c']) await store.set(who, t.session({ who }))
      await store.destroy('b')
      const left = (await store.all()).filter(({ sid, session }) => (sid ?? session?.who) === 'b')
      t.equal(left.length, 0, 'the number of destroyed sessions in all()')
    },
  },
  ...endings,
])
