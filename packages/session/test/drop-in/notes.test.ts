import { describe, expect, it } from 'vitest'
import { SECRET, signed } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { runNode } from '../support/run-node.ts'

const quiet = { resave: false, saveUninitialized: false, secret: 'a secret of thirty-two characters' }

describe.each(implementations)('$name', ({ name }) => {
  /** What a process prints to its error output when it makes a middleware of these options. */
  async function notesOf(options: object, { env = {}, rest = '' } = {}): Promise<string> {
    const code = `const session = require(PACKAGE); const middleware = session(${JSON.stringify(options)}); ${rest}`
    return (await runNode(name, code, { env, module: false })).stderr
  }

  /** Code that sends a request through the middleware. */
  function request(req: object): string {
    const headers = { headers: {}, url: '/', socket: {}, connection: {} }
    return `const res = { end() {}, write() {}, writeHead() {}, setHeader() {}, getHeader() {} }
      middleware(${JSON.stringify({ ...headers, ...req })}, res, () => {})`
  }

  describe('deprecations', () => {
    it('deprecation: there is none where resave, saveUninitialized and secret are given', async () => {
      expect(await notesOf(quiet, { rest: request({}) })).toBe('')
    })

    it.each([
      ['resave', 'express-session deprecated undefined resave option; provide resave option'],
      [
        'saveUninitialized',
        'express-session deprecated undefined saveUninitialized option; provide saveUninitialized option',
      ],
      ['secret', 'express-session deprecated req.secret; provide secret option'],
    ])('deprecation: a missing %s option is one', async (option, note) => {
      expect(await notesOf({ ...quiet, [option]: undefined })).toContain(note)
    })

    it('deprecation: an id from a cookie parser is one', async () => {
      const note = 'express-session deprecated cookie should be available in req.headers.cookie'
      const cookie = decodeURIComponent(signed('known', quiet.secret).replace('connect.sid=', ''))
      for (const parsed of [
        { signedCookies: { 'connect.sid': 'known' } },
        { cookies: { 'connect.sid': cookie } },
      ]) {
        expect(await notesOf(quiet, { rest: request(parsed) })).toContain(note)
      }
    })

    it('deprecation: a cookie parser that has nothing new to tell is none', async () => {
      const both = {
        headers: { cookie: signed('known', quiet.secret) },
        signedCookies: { 'connect.sid': 'known' },
      }
      expect(await notesOf(quiet, { rest: request(both) })).toBe('')
    })

    it('deprecation: a Date as maxAge is one', async () => {
      const notes = await notesOf(quiet, { rest: 'new session.Cookie({ maxAge: new Date() })' })
      expect(notes).toContain(
        'express-session deprecated maxAge as Date; pass number of milliseconds instead',
      )
    })

    it('deprecation: it names the line of the application, not one of ours', async () => {
      const notes = await notesOf(
        {},
        { rest: request({ secret: quiet.secret, signedCookies: { 'connect.sid': 'a' } }) },
      )
      const lines = notes.trim().split('\n')
      expect(lines).toHaveLength(4)
      for (const line of lines) expect(line).toMatch(/ at \[eval\]:\d+:\d+$/)
    })

    it('deprecation: a listener on the process gets it instead of the error output', async () => {
      const listen = "process.on('deprecation', ({ namespace }) => console.error('heard of', namespace))"
      const notes = await notesOf(quiet, { rest: `${listen}; new session.Cookie({ maxAge: new Date() })` })
      expect(notes).toBe('heard of express-session\n')
    })

    it('deprecation: NO_DEPRECATION=express-session silences them', async () => {
      expect(await notesOf({}, { env: { NO_DEPRECATION: 'express-session' } })).toBe('')
    })
  })

  describe('debug', () => {
    const unsigned = request({ headers: { cookie: 'connect.sid=unsigned' } })

    it('debug: DEBUG=express-session tells what happens', async () => {
      const notes = await notesOf(quiet, { env: { DEBUG: 'express-session' }, rest: unsigned })
      expect(notes).toContain('express-session')
    })

    it('debug: says nothing otherwise', async () => {
      expect(await notesOf(quiet, { env: { DEBUG: 'other' }, rest: unsigned })).toBe('')
    })

    // express-session's own notes have the id in them.
    if (name === 'express-session') return
    it('debug: no note has the id or the cookie in it', async () => {
      const cookies = [
        signed('an-id-of-ada'),
        signed('an-id-of-ada', 'an older secret'),
        'connect.sid=an-id-of-ada',
      ]
      const rest = cookies
        .map(cookie => request({ headers: { cookie } }))
        .join('; ')
        .replaceAll('const res', 'var res')
      const notes = await notesOf({ ...quiet, secret: SECRET }, { env: { DEBUG: '*' }, rest })
      expect(notes).toMatch(/no secret has signed/)
      expect(notes).not.toContain('an-id-of-ada')
    })
  })

  describe('the memory store in production', () => {
    it('warning: a memory store in production is one, whether it is given or the default', async () => {
      const env = { NODE_ENV: 'production' }
      expect(await notesOf(quiet, { env })).toMatch(/Warning: .*MemoryStore/)
      const given = `session({ ...${JSON.stringify(quiet)}, store: new session.MemoryStore() })`
      expect((await notesOf(quiet, { env, rest: given })).match(/Warning: .*MemoryStore/g)).toHaveLength(2)
    })

    it('warning: another store in production is none', async () => {
      const code = `const session = require(PACKAGE)
        class OtherStore extends session.Store { get() {} set() {} destroy() {} }
        session({ ...${JSON.stringify(quiet)}, store: new OtherStore() })`
      const { stderr } = await runNode(name, code, { env: { NODE_ENV: 'production' }, module: false })
      expect(stderr).toBe('')
    })

    it.each(['development', 'test', ''])(
      'warning: there is none where NODE_ENV is "%s"',
      async environment => {
        expect(await notesOf(quiet, { env: { NODE_ENV: environment } })).toBe('')
      },
    )

    it('warning: NODE_ENV is read when the package is loaded', async () => {
      const later = `process.env.NODE_ENV = 'production'; session(${JSON.stringify(quiet)})`
      expect(await notesOf(quiet, { rest: later })).toBe('')
    })
  })
})
