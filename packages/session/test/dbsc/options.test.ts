import { session } from '@coatcheck/session'
import { createSessions } from '@coatcheck/session/fetch'
import reference from 'express-session'
import { describe, expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'

const secret = 'a secret of thirty-two characters'

/** Wrong options, and how the message begins. */
const WRONG: [string, object, RegExp][] = [
  ['true', { dbsc: true }, /^dbsc option must be an object/],
  ['null', { dbsc: null }, /^dbsc option must be an object/],
  ['an unknown name', { dbsc: { maxage: 1 } }, /dbsc.*maxage|maxage.*dbsc/],
  ['a path without a slash', { dbsc: { path: 'dbsc' } }, /^dbsc\.path option must be a path/],
  ['the path /', { dbsc: { path: '/' } }, /^dbsc\.path option must be a path/],
  [
    'a path that ends the header',
    { dbsc: { path: '/a";challenge="b' } },
    /^dbsc\.path option must be a path/,
  ],
  ['a path outside of the cookie', { cookie: { path: '/app' }, dbsc: {} }, /below cookie\.path/],
  [
    'a path that only begins like the cookie',
    { cookie: { path: '/app' }, dbsc: { path: '/apple' } },
    /below cookie\.path/,
  ],
  ['half a second', { dbsc: { maxAge: 500 } }, /^dbsc\.maxAge option must be .*milliseconds/],
  ['a text as maxAge', { dbsc: { maxAge: '10m' } }, /^dbsc\.maxAge option must be .*milliseconds/],
  ['a time without an end', { dbsc: { maxAge: Number.POSITIVE_INFINITY } }, /^dbsc\.maxAge option/],
  [
    'a text as require',
    { dbsc: { require: 'yes' } },
    /^dbsc\.require option must be true, false or a function/,
  ],
  [
    'a partitioned cookie',
    { dbsc: {}, cookie: { partitioned: true, secure: true } },
    /^dbsc option cannot be combined with cookie\.partitioned/,
  ],
  [
    'a store without update',
    { dbsc: {}, store: new reference.MemoryStore() },
    /^dbsc option needs a store with/,
  ],
]

describe('dbsc: options', () => {
  it.each(WRONG)('%s is a TypeError that names the option', (_, options, message) => {
    const all = { secret, store: new MapStore(), ...options } as never
    for (const make of [session, session.strict, createSessions] as ((options: never) => unknown)[])
      expect(() => make(all)).toThrow(
        expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) }),
      )
  })

  it.each([
    ['the path of the cookie and more', { cookie: { path: '/app' }, dbsc: { path: '/app/dbsc' } }],
    [
      'a path of the cookie that ends with a slash',
      { cookie: { path: '/app/' }, dbsc: { path: '/app/dbsc' } },
    ],
    ['one second', { dbsc: { maxAge: 1000, require: () => true } }],
  ])('%s may be used', (_, options) => {
    const all = { secret, store: new MapStore(), ...options }
    expect(() => [session.strict(all as never), createSessions(all as never)]).not.toThrow()
  })
})
