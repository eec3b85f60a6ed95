import { family, type Rule } from '../rule.ts'

const manual = 'https://github.com/expressjs/session#storetouchsid-session-callback'

export const touch: readonly Rule[] = family('touch', [
  {
    id: 'TCH-01',
    level: 'MUST',
    sentence: 'touch() moves the expiry to that of the given session.',
    why: 'Users who are active but change nothing in their session are logged out in the middle of their work.',
    check: 'does touch() write the new expiry, and to the field that get() looks at?',
    seenIn: 'connect-mongodb-session: no touch() for years',
    link: 'https://github.com/mongodb-js/connect-mongodb-session/issues/71',
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief({ n: 1 })
      await store.set('a', brief)
      await store.touch('a', t.session({ n: 1 }))
      await t.outlive(brief)
      await t.holds(store, 'a', { n: 1 }, 'after the old expiry')
    },
  },
  {
    id: 'TCH-02',
    level: 'MUST',
    sentence: 'touch() does not write session data.',
    why: 'A request that only reads would overwrite what a request beside it has just saved.',
    check: 'does touch() update nothing but the expiry?',
    seenIn: 'session-memory-store; stores whose touch() is set()',
    link: 'https://github.com/expressjs/session/pull/487',
    needs: ['touch'],
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.touch('a', t.session({ n: 2, added: true }))
      await t.holds(store, 'a', { n: 1 }, 'after touch() with other data')
    },
  },
  {
    id: 'TCH-03',
    level: 'MUST',
    sentence: 'touch() does not bring a destroyed session back.',
    why: 'A request that began before the logout ends after it: its touch would log the user in again.',
    check: 'is touch() an upsert? It must be an update that finds nothing to update.',
    seenIn: 'nextjs-auth0: a rolling session was written back after logout',
    link: 'https://github.com/auth0/nextjs-auth0/issues/2335',
    needs: ['touch'],
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ n: 1 }))
      await store.destroy('a')
      await store.outcome('touch', ['a', t.session({ n: 1 })])
      await t.gone(store, 'a', 'after destroy() and touch()')
    },
  },
  {
    id: 'TCH-04',
    level: 'MUST',
    sentence: 'touch() of an unknown sid is no error and creates nothing.',
    why: 'The middleware touches after the response: the error can reach nobody and becomes ERR_HTTP_HEADERS_SENT.',
    check: 'does touch() take "0 rows updated" for a failure?',
    seenIn: 'connect-mongo; session-file-store 1.5',
    link: 'https://github.com/jdesboeufs/connect-mongo/issues/407',
    needs: ['touch'],
    async run(t) {
      const store = await t.open()
      const { failed, error } = await store.outcome('touch', ['nobody', t.session()])
      t.ok(!failed, `touch("nobody", session) gave the error ${String(error)}, want no error`)
      await t.gone(store, 'nobody', 'after touch()')
    },
  },
  {
    id: 'TCH-05',
    level: 'MUST',
    sentence: 'touch() does not revive an expired session.',
    why: 'A session that has timed out must stay so: a stolen cookie of last year would work again.',
    check: 'does the update of touch() ask that the row has not expired yet?',
    seenIn: 'connect-pg-simple 10; session-file-store 1.5',
    link: manual,
    needs: ['touch'],
    lane: 'wait',
    async run(t) {
      const store = await t.open()
      const brief = t.brief({ n: 1 })
      await store.set('a', brief)
      await t.outlive(brief)
      await store.outcome('touch', ['a', t.session({ n: 1 })])
      await t.gone(store, 'a', 'after its end and a touch()')
    },
  },
])
