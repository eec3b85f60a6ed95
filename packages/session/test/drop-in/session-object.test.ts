import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Listener, SECRET, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { peek, peekOnly, recordCalls, storeWith } from '../support/stores.ts'
import type { Request, Session } from '../support/types.ts'

const methods = ['save', 'reload', 'destroy', 'regenerate', 'touch', 'resetMaxAge']

describe.each(implementations)('$name', ({ session }) => {
  /** What `read` answers about the session of a new visitor, and about one that was loaded. */
  async function both(read: (req: Request) => unknown): Promise<unknown[]> {
    const store = storeWith(session, { known: { user: 'Ada' } })
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      res.end(JSON.stringify(read(req)))
    }
    const app = await start(session, handler, { store })
    const replies = [await app.get(), await app.get('/', { cookie: signed('known') })]
    return replies.map(reply => JSON.parse(reply.text))
  }

  function forIn(object: object): string[] {
    const keys: string[] = []
    for (const key in object) keys.push(key)
    return keys
  }

  it('session: Object.keys and for-in give the data and the cookie, nothing else', async () => {
    const answers = await both(req => [Object.keys(req.session).sort(), forIn(req.session).sort()])
    for (const answer of answers)
      expect(answer).toEqual([
        ['cookie', 'user'],
        ['cookie', 'user'],
      ])
  })

  it('session: the cookie comes first in a new one', async () => {
    const [fresh] = await both(req => Object.keys(req.session))
    expect(fresh).toEqual(['cookie', 'user'])
  })

  it('session: as JSON it is the data and the cookie', async () => {
    const cookie = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }
    for (const answer of await both(req => req.session)) expect(answer).toEqual({ cookie, user: 'Ada' })
  })

  it('session: a copy by spreading is the data and the cookie', async () => {
    for (const answer of await both(req => Object.keys({ ...req.session }).sort())) {
      expect(answer).toEqual(['cookie', 'user'])
    }
  })

  it('session: has the methods of a session', async () => {
    const answers = await both(req => methods.map(name => typeof req.session[name]))
    for (const answer of answers) expect(answer).toEqual(methods.map(() => 'function'))
  })

  it('session: knows its request', async () => {
    for (const answer of await both(req => req.session.req === req)) expect(answer).toBe(true)
  })

  it('session: a copy of it by spread has the data and the cookie, nothing else', async () => {
    for (const answer of await both(req =>
      Reflect.ownKeys({ ...req.session })
        .map(String)
        .sort(),
    )) {
      expect(answer).toEqual(['cookie', 'user'])
    }
  })

  it('session: console.log of the session and the request shows no secret', async () => {
    for (const answer of await both(req => [inspect(req.session), inspect(req, { depth: 8 })].join())) {
      expect(answer).toContain('Ada')
      expect(answer).not.toContain(SECRET)
    }
  })

  it.each(['constructor', 'toString', 'save'])(
    'session: an app that lets its users choose keys can write %s',
    async key => {
      const handler: Listener = (req, res) => {
        req.session[key] = 'text'
        res.end(String(req.session[key]))
      }
      const app = await start(session, handler, { saveUninitialized: false })
      expect((await app.get()).text).toBe('text')
    },
  )

  it('session: works behind a proxy of the application', async () => {
    const store = storeWith(session, { known: { user: 'Ada' } })
    const handler: Listener = (req, res) => {
      const proxy = new Proxy(req.session, {})
      proxy.user = 'Eve'
      proxy.save(() => res.end(`${proxy.id === req.sessionID} ${proxy.req === req}`))
    }
    const app = await start(session, handler, { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('true true')
    expect(peek(store, 'known')?.user).toBe('Eve')
  })

  it('session: its id is that of the request', async () => {
    const [fresh, loaded] = await both(req => [req.session.id, req.sessionID])
    expect((fresh as string[])[0]).toBe((fresh as string[])[1])
    expect(loaded).toEqual(['known', 'known'])
  })

  it.each(['id', 'req'])('session: its %s cannot be assigned', async name => {
    for (const answer of await both(req => [
      Reflect.set(req.session, name, 'other'),
      req.session[name] === 'other',
      Object.keys(req.session).includes(name),
    ])) {
      expect(answer).toEqual([false, false, false])
    }
  })

  it('session: is an instance of the exported Session, with an exported Cookie', async () => {
    const answers = await both(req => [
      req.session instanceof session.Session,
      req.session.cookie instanceof session.Cookie,
    ])
    expect(answers[0]).toEqual([true, true])
    expect(answers[1]).toEqual([true, true])
  })

  it.each(methods)('session: its %s can be redefined, and is not listed', name => {
    const { enumerable, configurable, writable } = Object.getOwnPropertyDescriptor(
      session.Session.prototype,
      name,
    )!
    expect({ enumerable, configurable, writable }).toEqual({
      enumerable: false,
      configurable: true,
      writable: true,
    })
  })

  describe('a save that is wrapped by assignment, as monitoring tools do', () => {
    async function wrapped(path: string) {
      const calls: string[] = []
      const store = storeWith(session)
      const handler: Listener = (req, res) => {
        const save = req.session.save
        req.session.save = function (this: Session, ...args) {
          calls.push('wrapper')
          return save.apply(this, args)
        }
        if (path === '/end') res.end(Object.keys(req.session).join())
        else req.session.save(() => res.end(Object.keys(req.session).join()))
      }
      const app = await start(session, handler, { store })
      const { text } = await app.get(path)
      return { calls, text, stored: peekOnly(store) }
    }

    it.each(['/manual', '/end'])('session: is called (%s)', async path => {
      const { calls, stored } = await wrapped(path)
      expect(calls).toEqual(['wrapper'])
      expect(Object.keys(stored)).toEqual(['cookie'])
    })

    it('session: stays out of the data', async () => {
      expect((await wrapped('/manual')).text).toBe('cookie')
    })
  })

  describe('new Session()', () => {
    it('Session: takes its id from the request, and the data', () => {
      const req = { sessionID: 'mine' }
      const made = new session.Session(req, { user: 'Ada', save: 'data', id: 'other' })
      expect([made.id, made.req, made.user, typeof made.save]).toEqual(['mine', req, 'Ada', 'function'])
      expect(Object.keys(made)).toEqual(['user'])
    })

    it.each([undefined, null, 'text', 42])('Session: of %o as data is empty', data => {
      expect(Object.keys(new session.Session({ sessionID: 'mine' }, data))).toEqual([])
    })
  })

  describe('req.sessionID', () => {
    it.each([
      ['a number', 42],
      ['an object', { id: 'x' }],
      ['undefined', undefined],
      ['null', null],
    ])('sessionID: changed to %s, nothing is saved and no cookie is sent', async (_, bogus) => {
      const store = storeWith(session, { known: { user: 'Ada' } })
      const calls = recordCalls(store)
      const handler: Listener = (req, res) => {
        req.session.user = 'Eve'
        req.sessionID = bogus as unknown as string
        res.end('served')
      }
      const app = await start(session, handler, { store, rolling: true })
      for (const cookie of [signed('known'), 'none=1']) {
        const reply = await app.get('/', { cookie })
        expect([reply.status, reply.text, reply.setCookie]).toEqual([200, 'served', []])
      }
      expect(calls).toEqual(['get'])
      expect(peek(store, 'known')).toMatchObject({ user: 'Ada' })
      expect(app.errors).toEqual([])
    })

    it('sessionID: is undefined where there is no session', async () => {
      const app = await start(session, (req, res) => res.end(String(req.sessionID)), {
        cookie: { path: '/admin' },
      })
      expect((await app.get('/')).text).toBe('undefined')
    })
  })
})
