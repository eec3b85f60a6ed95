import { describe, expect, it } from 'vitest'
import { type Listener, nextTurn, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { recordCalls, storeWith } from '../support/stores.ts'
import type { Options, Response, Session, Store } from '../support/types.ts'

const changes: [string, (session: Session) => void, string][] = [
  ['a BigInt', session => (session.count = 10n), 'ERR_SESSION_SERIALIZE'],
  ['a circle', session => (session.self = { session }), 'ERR_SESSION_SERIALIZE'],
  [
    'a toJSON that throws',
    session => {
      session.user = {
        toJSON() {
          throw new Error('secret of Ada')
        },
      }
    },
    'ERR_SESSION_SERIALIZE',
  ],
  [
    'a plain object in place of req.session',
    session => (session.req.session = { user: 'Ada' } as never),
    'ERR_SESSION_NOT_A_SESSION',
  ],
  ['no cookie', session => delete (session as Partial<Session>).cookie, 'ERR_SESSION_NOT_A_SESSION'],
  ['data named touch', session => (session.touch = 'gently' as never), 'ERR_SESSION_NOT_A_SESSION'],
]

const answers: [string, (res: Response) => unknown][] = [
  ['a body', res => res.end('welcome')],
  ['an explicit head', res => res.writeHead(200, { 'Content-Length': 7 }).end('welcome')],
]

const stores: [string, () => Store][] = [
  ['MemoryStore', () => storeWith(ours)],
  ['a RecordStore', () => new MapStore() as never],
]

describe.each(stores)('%s', (_, makeStore) => {
  describe.each(answers)('with %s', (_, answer) => {
    it.each(changes)('unstorable: %s is one error, and at once', async (_, change, code) => {
      const store = makeStore()
      const calls = recordCalls(store)
      const handler: Listener = (req, res) => {
        change(req.session)
        answer(res)
      }
      const app = await start(ours, handler, { store })
      const began = performance.now()
      const reply = await app.get()
      expect(performance.now() - began).toBeLessThan(1000)
      expect([reply.status, reply.setCookie]).toEqual([500, []])
      expect(await app.failed()).toMatchObject([{ code, status: 500 }])
      expect(String(app.errors[0])).not.toContain('Ada')
      expect(calls).toEqual([])
    })
  })
})

it.each(changes.slice(0, 3))(
  'unstorable: %s in a manual save is told to its caller',
  async (_, change, code) => {
    const handler: Listener = async (req, res) => {
      change(req.session)
      const told = await (req.session.save() as Promise<void>).catch(error => error.code)
      await req.session.destroy()
      res.end(told)
    }
    const app = await start(ours, handler)
    expect((await app.get()).text).toBe(code)
  },
)

it.each<Options>([{}, { onSaveError: 'error' }])(
  'unstorable: what has begun to stream arrives, with %o',
  async options => {
    const heard: unknown[] = []
    const handler: Listener = async (req, res) => {
      res.write('first ')
      await nextTurn()
      req.session.count = 10n
      res.end('last')
    }
    const app = await start(ours, handler, { ...options, onError: (error: unknown) => heard.push(error) })
    expect((await app.get()).text).toBe('first last')
    const told = options.onSaveError ? heard : await app.failed()
    expect(told).toMatchObject([{ code: 'ERR_SESSION_SERIALIZE' }])
    expect(heard.length + app.errors.length).toBe(1)
  },
)

it('reload: stored data that is no session is told to its caller', async () => {
  const store = storeWith(ours)
  const handler: Listener = async (req, res) => {
    await req.session.save()
    store.sessions[req.session.id] = '{"user":"Ada"}'
    const told = await (req.session.reload as () => Promise<void>)().catch(error => error)
    res.end(String(told instanceof TypeError))
  }
  const app = await start(ours, handler, { store })
  expect((await app.get()).text).toBe('true')
})
