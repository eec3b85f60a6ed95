import { inspect } from 'node:util'
import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import { family, type Rule } from './rule.ts'
import { counted } from './support/listed.ts'

/** The number of sessions in the backend, as exact as this store allows. */
async function count(t: Trial, store: StoreHandle): Promise<number> {
  if (t.has('rows')) return Number(await t.hook('rows', store))
  if (t.has('length')) return counted(t, store)
  if (t.has('all')) return (await store.all()).length
  return t.unverified('needs backend.rows, length() or all()')
}

// Short enough to fit into the ten characters that JSON.parse quotes.
const secret = 'canary5e1f'

export const security: readonly Rule[] = family('security', [
  {
    id: 'SEC-01',
    axes: [],
    level: 'SHOULD',
    sentence: 'get() of an unknown sid stores nothing.',
    why: 'Whoever sends made-up cookies fills the database, a row for each request.',
    check: 'does get() write a placeholder, a lock or an access time for a session that is not there?',
    seenIn: 'session frameworks that created the row on the first read',
    link: 'https://docs.djangoproject.com/en/5.2/releases/1.8.4/',
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session())
      const before = await count(t, store)
      for (let number = 0; number < 5; number++) await store.get(`made-up-${number}`)
      t.equal((await count(t, store)) - before, 0, 'sessions added by five get() of unknown sids')
    },
  },
  {
    id: 'SEC-02',
    axes: [],
    level: 'SHOULD',
    sentence: 'Errors carry no session data.',
    why: 'Errors are logged: tokens and personal data of users end up in files, and with anyone who reads them.',
    check: 'is the text, the query with its values, or the message of JSON.parse part of the error?',
    seenIn: 'stores that pass on the message of JSON.parse, which quotes the text',
    link: 'https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude',
    needs: ['down'],
    lane: 'process',
    async run(t) {
      const store = await t.open()
      const session = () => t.session({ token: secret })
      const check = async (what: string, method: string, args: unknown[]) => {
        const { failed, error } = await store.outcome(method, args, { mayHang: true })
        const leaks = failed && inspect(error).includes(secret)
        t.ok(!leaks, `the error of ${what} quotes the session: ${inspect(error).slice(0, 200)}`)
      }
      await store.set('a', session())
      await store.get('a')
      await check('set() of a session with a BigInt', 'set', ['a', t.session({ token: secret, big: 1n })])
      if (t.has('putRaw')) {
        await t.hook('putRaw', store, 'a', `${secret}{"token":"${secret}"`)
        await check('get() of a bad row', 'get', ['a'])
      }
      await t.down(store)
      await check('set() with the backend down', 'set', ['a', session()])
      if (t.has('touch')) await check('touch() with the backend down', 'touch', ['a', session()])
      await check('get() with the backend down', 'get', ['a'])
    },
  },
])
