import { session } from '@coatcheck/session'
import { createSessions } from '@coatcheck/session/fetch'
import { expect, it, onTestFinished } from 'vitest'
import { MapStore } from '../support/map-backend.ts'

const secret = 'a secret of thirty-two characters'
const store = new MapStore()

type Make = (options: object) => unknown
const drop: Make = options => session({ secret, store, resave: false, saveUninitialized: false, ...options })
const strict: Make = options => session.strict({ secret, store, ...options })
const fetchDoor: Make = options => createSessions({ secret, store, ...options } as never)

/** Warnings with this code from here to the end of the test. */
function warnings(code: string): string[] {
  const heard: string[] = []
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === code) heard.push(warning.message)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  return heard
}

/** What can be in no cookie, and how the error begins. */
const impossible: [object, RegExp][] = [
  [{ name: 'sess id' }, /^name option/],
  [{ cookie: { maxAge: '3600000' } }, /^cookie\.maxAge option/],
  [{ cookie: { maxAge: Number.NaN } }, /^cookie\.maxAge option/],
  [{ cookie: { expires: '2030-01-01' } }, /^option expires is invalid/],
  [{ cookie: { sameSite: 'wrong' } }, /^cookie\.sameSite option/],
  [{ cookie: { domain: 'localhost:3000' } }, /^cookie\.domain option/],
  [{ cookie: { path: '/a;b' } }, /^cookie\.path option/],
  [{ cookie: { priority: 'urgent' } }, /^cookie\.priority option/],
  [{ secret: [''] }, /^secret option must not be empty/],
  [{ secret: 'good,'.split(',') }, /^secret option must not be empty/],
  [{ secret: 42 }, /^secret option must be/],
  [{ onCorrupt: 'nothing' }, /^onCorrupt option/],
  [{ touchAfter: -1 }, /^touchAfter option/],
  [{ store: MapStore }, /^store option .*class/],
  [{ transport: null }, /^transport option .* no read/],
  [{ transport: { read() {}, write() {} } }, /^transport option .* no clear/],
  [{ transport: 'bearer' }, /^transport option/],
]

it.each(impossible)('options: %o is a TypeError at the start, through every door', (options, message) => {
  for (const make of [drop, strict, fetchDoor]) {
    expect(() => make(options)).toThrow(TypeError)
    expect(() => make(options)).toThrow(message)
  }
})

/** What express-session accepts, and what works in some places. */
const doubtful: [object, RegExp][] = [
  [{ saveUninitialised: false }, /"saveUninitialised".*did you mean "saveUninitialized"/],
  [{ cookie: { maxage: 1 } }, /"maxage".*did you mean "maxAge"/],
  [{ name: '__Host-sid', cookie: { domain: 'example.com', secure: true } }, /"__Host-"/],
  [{ name: '__Host-sid', cookie: { path: '/app', secure: true } }, /"__Host-"/],
  [{ name: '__Secure-sid', cookie: { secure: false } }, /"__Secure-"/],
  [{ name: '__Http-sid', cookie: { httpOnly: false, secure: true } }, /"__Http-"/],
  [{ cookie: { partitioned: true, secure: false } }, /partitioned/],
  [{ cookie: { sameSite: 'none', secure: false } }, /sameSite/],
]

it.each(doubtful)(
  'options: %o is a warning of session(), and a TypeError of strict()',
  async (options, message) => {
    const heard = warnings('COATCHECK_OPTION')
    expect(() => drop(options)).not.toThrow()
    await new Promise(setImmediate)
    expect(heard.filter(text => message.test(text)).length).toBeLessThanOrEqual(1)
    expect(() => strict(options)).toThrow(message)
    const { saveUninitialised: _, ...shared } = options as { saveUninitialised?: boolean }
    if (Object.keys(shared).length > 0) expect(() => fetchDoor(shared)).toThrow(message)
  },
)

it('secret: a short one is a warning, and strict() refuses it in production', () => {
  const before = process.env.NODE_ENV
  onTestFinished(() => {
    process.env.NODE_ENV = before
  })
  process.env.NODE_ENV = 'production'
  for (const make of [strict, fetchDoor]) expect(() => make({ secret: 'short' })).toThrow(/^secret option/)
  expect(() => drop({ secret: 'short' })).not.toThrow()
})

it('createSessions: needs a secret and a store, and says so', () => {
  expect(() => createSessions({ store } as never)).toThrow(/^secret option is required/)
  expect(() => createSessions({ secret } as never)).toThrow(/^store option is required/)
})
