import { inspect } from 'node:util'
import { openStore, registerScheme } from '@coatcheck/session/stores'
import { describe, expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'

const SECRET = 'hun%2Fter2-s3cr3t'
const DECODED = 'hun/ter2-s3cr3t'

/** Where a secret may stand in what somebody has put into the environment. */
const URLS = [
  ...[
    'redis',
    'rediss',
    'redis+sentinel',
    'redis+cluster',
    'postgres',
    'postgresql',
    'mysql',
    'mariadb',
    'mongodb',
    'mongodb+srv',
    'dynamodb',
  ].flatMap(scheme => [
    `${scheme}://user:SECRET@127.0.0.1:1/app`,
    `${scheme}://:SECRET@127.0.0.1:1`,
    `${scheme}://SECRET@127.0.0.1:1`,
    `${scheme}://user:SECRET@[::1:1/app`,
    `${scheme}://user:SECRET@127.0.0.1:port/app`,
    `${scheme}://user:SECRET@127.0.0.1:99999999/app`,
    `${scheme}://user:a/SECRET@127.0.0.1:1/app`,
    `${scheme}://user:1/SECRET@127.0.0.1:1/app`,
    `${scheme}://user:1#SECRET@127.0.0.1:1/app`,
    `${scheme}://user:1?SECRET@127.0.0.1:1/app`,
    `${scheme}://user:a@SECRET@127.0.0.1:1/app`,
    `${scheme}://user:%zzSECRET@127.0.0.1:1/app`,
    `${scheme}://user:SECRET@`,
    `${scheme}://user:SECRET`,
    `${scheme}:/user:SECRET@127.0.0.1:1/app`,
    `${scheme}:user:SECRET@127.0.0.1:1/app`,
    `${scheme}://127.0.0.1:1/app?password=SECRET`,
    `${scheme}://127.0.0.1:1/app?sslpassword=SECRET&ttl=x`,
    `${scheme}://user:SECRET@127.0.0.1:1/app?pruneInterval=SECRET`,
    `${scheme.toUpperCase()}://user:SECRET@127.0.0.1:1/app`,
    ` ${scheme}://user:SECRET@127.0.0.1:1/app`,
  ]),
  'sqlite://user:SECRET@host/app',
  'sqlite:./a.db?SECRET',
  'sqlite:./a.db?key=SECRET',
  'memory:SECRET',
  'memory:?SECRET',
  'user:SECRET@127.0.0.1:1/app',
  'SECRET@127.0.0.1:1/app',
  '//user:SECRET@127.0.0.1:1/app',
  'SECRET',
  '"redis://user:SECRET@127.0.0.1:1"',
  'mysql://user:SECRET@127.0.0.1:1/app',
  'https://user:SECRET@example.com',
  'not-there:SECRET',
]

describe('secrets', () => {
  it.each(URLS)('error: %s is told without its secret', async template => {
    const error = await openStore(template.replaceAll('SECRET', SECRET), { checkTimeout: 200 }).catch(
      error => error,
    )
    expect(error).toBeInstanceOf(Error)
    const shown = [
      error.message,
      error.stack,
      String(error.cause),
      inspect(error, { depth: 20, showHidden: true }),
    ]
    for (const text of shown) {
      expect(text).not.toContain('ter2')
      expect(text).not.toContain('s3cr3t')
    }
  })

  it('error: what a store throws is cleaned, with what hangs on it', async () => {
    const failure = Object.assign(new TypeError(`cannot reach tiny://user:${SECRET}@host (${DECODED})`), {
      code: 'ETINY',
      input: `tiny://user:${SECRET}@host`,
      command: { name: 'auth', args: [DECODED] },
    })
    registerScheme('throws', () => Promise.reject(failure))
    const thrown = await openStore(`throws://user:${SECRET}@host`).catch(error => error)
    expect(thrown).toBeInstanceOf(TypeError)
    expect(thrown).toMatchObject({ code: 'ETINY' })
    expect(thrown.message).toBe('cannot reach tiny://***@host (***)')
    expect(inspect(thrown, { depth: 20, showHidden: true })).not.toContain('ter2')

    const store = new MapStore()
    store.failing.read = failure
    registerScheme('fails', () => store)
    const failed = await openStore(`fails://user:${SECRET}@host`).catch(error => error)
    expect(failed.message).toBe(
      'The session store (fails) cannot be used: cannot reach tiny://***@host (***)',
    )
    expect(failed.cause).toMatchObject({ name: 'TypeError', code: 'ETINY' })
    expect(inspect(failed, { depth: 20, showHidden: true })).not.toContain('ter2')
  })

  it('error: one without a secret in it passes as it is', async () => {
    const failure = new RangeError('no room')
    registerScheme('throws', () => {
      throw failure
    })
    expect(await openStore(`throws://user:${SECRET}@host`).catch(error => error)).toBe(failure)
  })
})
