import { bearer } from '@coatcheck/session'
import { expect, it } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import type { SessionModule } from '../support/types.ts'

const handler: Listener = async (req, res) => {
  if (req.url === '/login') req.session.user = 'Ada'
  if (req.url === '/logout') await req.session.destroy()
  if (req.url === '/leave') await (req.session.destroy as (options: object) => unknown)({ clearSite: true })
  res.end(String(req.session?.user))
}

const TOKEN = 'x-auth-token'

function begin(session: SessionModule = ours, options: object = {}) {
  const store = new MapStore()
  return start(session, handler, { store, transport: bearer(), ...options }).then(app => ({ ...app, store }))
}

it.each([
  ['session()', ours, { resave: false, saveUninitialized: false }],
  ['session.strict()', ours.strict, {}],
])(
  'transport: a logout is told to the client by %s, unless clearCookie is false',
  async (_, session, rest) => {
    for (const [clearCookie, told] of [
      [undefined, ''],
      [true, ''],
      [false, undefined],
    ]) {
      const app = await begin(session as never, { ...rest, clearCookie })
      const login = await app.get('/login')
      const headers = { Authorization: `Bearer ${login.headers[TOKEN]}` }
      expect((await app.get('/', { headers })).text).toBe('Ada')
      expect((await app.get('/logout', { headers })).headers[TOKEN]).toBe(told)
    }
  },
)

it('transport: a logout that clears the site has the headers of both', async () => {
  const app = await begin(ours.strict)
  const { headers } = await app.get('/login')
  const left = await app.get('/leave', { headers: { Authorization: `Bearer ${headers[TOKEN]}` } })
  expect([left.headers[TOKEN], left.headers['clear-site-data']]).toEqual([
    '',
    expect.stringMatching(/cookies/),
  ])
})

it('transport: with rolling, each response has the token', async () => {
  const app = await begin(ours.strict, { rolling: true })
  const token = (await app.get('/login')).headers[TOKEN]
  const reply = await app.get('/', { headers: { Authorization: `Bearer ${token}` } })
  expect([reply.text, reply.headers[TOKEN]]).toEqual(['Ada', token])
})

it('transport: an id is not sent over HTTP when the session is for HTTPS only', async () => {
  const app = await begin(ours.strict, { cookie: { secure: true }, proxy: true })
  expect((await app.get('/login')).headers[TOKEN]).toBeUndefined()
  expect(
    (await app.get('/login', { headers: { 'X-Forwarded-Proto': 'https' } })).headers[TOKEN],
  ).toBeDefined()
})

it('transport: cookies that cookie-parser has parsed are ignored', async () => {
  const app = await start(
    ours.strict,
    handler,
    { store: new MapStore(), transport: bearer() },
    {
      before: req => Object.assign(req, { signedCookies: { 'connect.sid': 'an-id' } }),
    },
  )
  expect(await app.get('/')).toMatchObject({ status: 200, text: 'undefined' })
})

it('transport: an exception of write reaches the application, and ends no process', async () => {
  const transport = {
    ...bearer(),
    write() {
      throw new Error('no room')
    },
  }
  const app = await begin(ours.strict, { transport })
  expect((await app.get('/login')).headers[TOKEN]).toBeUndefined()
  expect(await app.failed()).toMatchObject([{ message: 'no room' }])
})

it('bearer: the header of the response can be another one', async () => {
  const app = await begin(ours.strict, { transport: bearer({ header: 'Session-Token' }) })
  const { headers } = await app.get('/login')
  expect([headers[TOKEN], typeof headers['session-token']]).toEqual([undefined, 'string'])
})

it('bearer: a name that is not an option is a TypeError at the start, with the name that was probably meant', () => {
  expect(() => bearer({ hedaer: 'Session-Token' } as never)).toThrow(
    new TypeError('The option "hedaer" is not an option of bearer(); did you mean "header"?'),
  )
})

it.each([{ header: '' }, { header: 'a b' }, { header: 1 }])(
  'bearer: %o is a TypeError at the start',
  options => {
    expect(() => bearer(options as never)).toThrow(
      /^header option of bearer\(\) must be the name of a header/,
    )
  },
)
