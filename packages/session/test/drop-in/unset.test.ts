import { describe, expect, it } from 'vitest'
import { type Listener, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { peek, recordCalls, storeWith } from '../support/stores.ts'
import type { Options, Request } from '../support/types.ts'

const ways: [string, Listener][] = [
  ['deleted', req => delete (req as Partial<Request>).session],
  ['set to null', req => (req.session = null as never)],
  ['set to undefined', req => (req.session = undefined as never)],
]

describe.each(implementations)('$name', ({ session }) => {
  /** A request that does away with `req.session` in the given way. */
  async function unset(way: Listener, options: Options, cookie?: string) {
    const store = storeWith(session, { known: { user: 'Ada' } })
    const calls = recordCalls(store)
    const handler: Listener = (req, res) => {
      way(req, res)
      res.end('done')
    }
    const app = await start(session, handler, { store, rolling: true, ...options })
    const reply = await app.get('/', cookie ? { cookie } : {})
    expect([reply.status, reply.text]).toEqual([200, 'done'])
    return { ...app, calls, store, reply }
  }

  it.each(['explode', 'DESTROY', 42, {}])('unset: %o is refused at once', value => {
    expect(() => session({ secret: 's', unset: value })).toThrow(TypeError)
    expect(() => session({ secret: 's', unset: value })).toThrow(/unset option/)
  })

  it.each(['keep', 'destroy', undefined, null, ''])('unset: %o is accepted', value => {
    expect(session({ secret: 's', unset: value })).toBeTypeOf('function')
  })

  describe('keep', () => {
    it.each(ways)('unset: keep leaves a session in the store that was %s', async (_, way) => {
      const { calls, store, reply } = await unset(way, { unset: 'keep' }, signed('known'))
      expect(calls).toEqual(['get'])
      expect(peek(store, 'known')).toMatchObject({ user: 'Ada' })
      expect(reply.setCookie).toEqual([])
    })

    it('unset: keep is the default', async () => {
      const { calls, store } = await unset(ways[1]![1], {}, signed('known'))
      expect(calls).toEqual(['get'])
      expect(peek(store, 'known')).toMatchObject({ user: 'Ada' })
    })

    it('unset: keep does not save a new session, and sends no cookie', async () => {
      const { calls, reply } = await unset(ways[0]![1], { unset: 'keep' })
      expect(calls).toEqual([])
      expect(reply.setCookie).toEqual([])
    })
  })

  describe('destroy', () => {
    it.each(ways)('unset: destroy removes a session from the store that was %s', async (_, way) => {
      const { calls, store, reply } = await unset(way, { unset: 'destroy' }, signed('known'))
      expect(calls).toEqual(['get', 'destroy'])
      expect(peek(store, 'known')).toBeUndefined()
      expect(reply.setCookie).toEqual([])
    })

    it('unset: destroy sends no cookie for a new session that was set to null', async () => {
      const { reply, store } = await unset(ways[1]![1], { unset: 'destroy' })
      expect(reply.setCookie).toEqual([])
      expect(Object.keys(store.sessions)).toEqual(['known'])
    })

    it('unset: destroy leaves a session alone that is still there', async () => {
      const { store } = await unset(() => undefined, { unset: 'destroy' }, signed('known'))
      expect(peek(store, 'known')).toMatchObject({ user: 'Ada' })
    })

    it('unset: destroy removes a session once that the handler has destroyed', async () => {
      const { store, reply } = await unset(
        req => req.session.destroy(),
        { unset: 'destroy' },
        signed('known'),
      )
      expect(peek(store, 'known')).toBeUndefined()
      expect(reply.setCookie).toEqual([])
    })

    it('unset: the next visit starts anew', async () => {
      const { get, reply } = await unset(ways[1]![1], { unset: 'destroy' }, signed('known'))
      expect(reply.text).toBe('done')
      expect((await get('/', { cookie: signed('known') })).setCookie).toEqual([])
    })
  })
})
