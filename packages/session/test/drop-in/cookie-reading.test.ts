import { describe, expect, it } from 'vitest'
import { showId } from '../support/handlers.ts'
import { readId, signed, signedValue, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { recordCalls, storeWith } from '../support/stores.ts'

describe.each(implementations)('$name', ({ session }) => {
  async function appWithKnownSession() {
    const store = storeWith(session, { known: {} })
    const calls = recordCalls(store)
    const app = await start(session, showId, { store, resave: false, saveUninitialized: false })
    return { ...app, calls }
  }

  describe('a cookie that counts', () => {
    it.each([
      ['percent-encoded', signed('known')],
      ['as it is', `connect.sid=${signedValue('known')}`],
      ['in quotes', `connect.sid="${signedValue('known')}"`],
      ['after other cookies', `a=1; b=2; ${signed('known')}`],
      ['before other cookies', `${signed('known')}; a=1; b=%`],
      ['without a space between cookies', `a=1;${signed('known')};b=2`],
      ['with spaces around it', `a=1 ;  connect.sid = ${signed('known').slice(12)}  ; b=2`],
      ['after a cookie without a name', `=x; ${signed('known')}`],
      ['after a broken one', `broken=%E0%A4%A; ${signed('known')}`],
      ['beside a word that is no cookie', `nonsense; ${signed('known')}`],
    ])('cookie: is read %s', async (_, cookie) => {
      const app = await appWithKnownSession()
      expect((await app.get('/', { cookie })).text).toBe('known')
    })

    it('cookie: names the session that the request gets', async () => {
      const store = storeWith(session, { one: {}, two: {} })
      const app = await start(session, (req, res) => res.end(`${req.session.id} ${req.sessionID}`), { store })
      expect((await app.get('/', { cookie: signed('one') })).text).toBe('one one')
      expect((await app.get('/', { cookie: signed('two') })).text).toBe('two two')
    })

    it('cookie: the first of two of the same name counts where it is good', async () => {
      const store = storeWith(session, { one: {}, two: {} })
      const app = await start(session, showId, { store })
      expect((await app.get('/', { cookie: `${signed('one')}; ${signed('two')}` })).text).toBe('one')
    })
  })

  describe('a cookie that does not count', () => {
    const signature = signedValue('known').split('.')[1]!

    it.each([
      ['an id without a signature', 'connect.sid=known'],
      ['a signature without "s:"', `connect.sid=${encodeURIComponent(signedValue('known').slice(2))}`],
      ['another kind of cookie', `connect.sid=${encodeURIComponent(`j:known.${signature}`)}`],
      ['an upper-case "S:"', `connect.sid=${encodeURIComponent(`S:known.${signature}`)}`],
      ['a signature that is wrong', 'connect.sid=s%3Aknown.wrong'],
      ['a signature that is cut off', signed('known').slice(0, -4)],
      ['a signature with padding', `${signed('known')}%3D`],
      ['the signature of another id', `connect.sid=${encodeURIComponent(`s:other.${signature}`)}`],
      ['no dot', 'connect.sid=s%3Aknown'],
      ['nothing after "s:"', 'connect.sid=s%3A'],
      ['no value', 'connect.sid='],
      ['a broken escape', 'connect.sid=s%3Aknown.%E0%A4%A'],
      ['a name in capitals', signed('known').replace('connect.sid', 'CONNECT.SID')],
    ])('cookie: %s is as good as none, and the store is not asked', async (_, cookie) => {
      const app = await appWithKnownSession()
      const reply = await app.get('/', { cookie })
      expect(reply.status).toBe(200)
      expect(reply.text).toMatch(/^[\w-]{32}$/)
      expect(app.calls).toEqual([])
    })

    it('cookie: an id of the client is never taken, not even well signed', async () => {
      const store = storeWith(session)
      const app = await start(session, showId, { store })
      const reply = await app.get('/', { cookie: signed('wished-for') })
      expect(reply.text).not.toBe('wished-for')
      expect(readId(reply)).toBe(reply.text)
      expect(Object.keys(store.sessions)).toEqual([reply.text])
    })

    it('cookie: without one the store is not asked', async () => {
      const app = await appWithKnownSession()
      await app.get()
      expect(app.calls).toEqual([])
    })
  })
})
