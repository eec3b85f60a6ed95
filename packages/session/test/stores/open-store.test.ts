import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { openStore, registerScheme } from '@coatcheck/session/stores'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { MapStore } from '../support/map-backend.ts'

let folder = ''
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'coatcheck-stores-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

/** Open the store, closed with the test. */
async function open(url: string, options = {}) {
  const store = await openStore(url, options)
  onTestFinished(() => store.close?.())
  return store
}

const session = (data: object) => ({ cookie: { originalMaxAge: null }, ...data }) as never

describe('sqlite:', () => {
  it('open: a relative path is one of the working directory', async () => {
    const store = await open(`sqlite:${relative(process.cwd(), folder)}/a.db`)
    expect(store).toBeInstanceOf(SqliteStore)
    expect(existsSync(join(folder, 'a.db'))).toBe(true)
  })

  it.each(['sqlite:', 'sqlite://', 'SQLite:'])('open: %s and an absolute path', async prefix => {
    const store = await open(`${prefix}${folder}/my%20sessions.db`)
    await store.set('a', session({ user: 'Ada' }))
    expect(existsSync(join(folder, 'my sessions.db'))).toBe(true)
    const again = await open(`${prefix}${folder}/my%20sessions.db`)
    expect(await again.get('a')).toMatchObject({ user: 'Ada' })
  })

  it('open: sqlite::memory: is a store without a file', async () => {
    const store = await open('sqlite::memory:')
    await store.set('a', session({ user: 'Ada' }))
    expect(await store.length()).toBe(1)
    expect(await (await open('sqlite::memory:')).length()).toBe(0)
  })

  it('options: those of the query string are typed and taken', async () => {
    const path = join(folder, 'a.db')
    const store = await open(`sqlite:${path}?ttl=5000&pruneInterval=false&table=42&busyTimeout=10`)
    expect(store.ttl).toBe(5000)
    await store.set('a', session({}))
    expect(await (await open(`sqlite:${path}`, { table: '42' })).ids()).toEqual(['a'])
  })

  it('options: those of the URL win over the object', async () => {
    const store = await open('sqlite::memory:?ttl=5000', { ttl: 7000, pruneInterval: false })
    expect(store.ttl).toBe(5000)
    expect((await open('sqlite::memory:', { ttl: 7000 })).ttl).toBe(7000)
  })

  it.each([
    ['sqlite::memory:?ttl=soon', 'The option "ttl" in the URL of the session store must be a number'],
    ['sqlite::memory:?ttl=', 'The option "ttl" in the URL of the session store must be a number'],
    [
      'sqlite::memory:?pruneInterval=true',
      '"pruneInterval" in the URL of the session store must be a number or false',
    ],
    ['sqlite::memory:?check=1', '"check" in the URL of the session store must be true or false'],
    ['sqlite::memory:?ttl=-1', 'The option "ttl" must be a number of milliseconds greater than 0'],
    [
      'sqlite::memory:?tabel=x',
      'The option "tabel" in the URL of the session store is not an option of SQLite stores; did you mean "table"?',
    ],
    [
      'sqlite::memory:?prefix=x',
      'The option "prefix" in the URL of the session store is not an option of SQLite',
    ],
    ['memory:?maxByte=1', 'did you mean "maxBytes"?'],
    ['redis://localhost?prefx=x', 'is not an option of Redis stores; did you mean "prefix"?'],
    [
      'rediss+sentinel://a,b/name?tls=1',
      'The option "tls" in the URL of the session store is not an option of Redis',
    ],
    ['postgres://localhost/app?tabel=x', 'is not an option of PostgreSQL stores; did you mean "table"?'],
    ['mysql://localhost/app?tabel=x', 'is not an option of MySQL stores; did you mean "table"?'],
    ['mongodb://localhost/app?collecton=x', 'is not an option of MongoDB stores; did you mean "collection"?'],
    ['dynamodb://eu-central-1/app?tabel=x', 'is not an option of DynamoDB stores; did you mean "table"?'],
    ['sqlite:', 'names no file'],
    ['sqlite://sessions.db', 'sqlite:./sessions.db is relative'],
    ['sqlite:./a%.db', 'has a % without two hexadecimal digits after it'],
  ])('open: %s is a TypeError', async (url, text) => {
    const error = await openStore(url).catch(error => error)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(text)
  })

  it('check: finds a table that is none of sessions, and closes the file', async () => {
    const path = join(folder, 'a.db')
    const { default: Database } = await import('better-sqlite3')
    const client = new Database(path)
    client.exec('CREATE TABLE sessions (name TEXT)')
    client.close()
    const error = await openStore(`sqlite:${path}`).catch(error => error)
    expect(error).toMatchObject({ name: 'SessionError', code: 'ERR_SESSION_STORE_UNAVAILABLE' })
    expect(error.message).toMatch(
      /^The session store \(SQLite\) cannot be used: The table "sessions" is not a table/,
    )
    expect(error.cause.message).toContain('is not a table of sessions')
    const unchecked = await open(`sqlite:${path}`, { check: false })
    await expect(unchecked.length()).rejects.toThrow('not a table of sessions')
  })
})

it.each([
  'postgres://localhost/app?ssl=true&query_timeout=5&connect_timeout=5&application_name=app',
  'postgres://localhost/app?options=-c%20search_path%3Dapp&min=1',
  'mysql://localhost/app?ssl=%7B%7D&charset=utf8mb4&socketPath=/run/mysqld.sock',
  'mongodb://localhost/app?tls=false&appName=app&maxPoolSize=5',
])('options: those of the driver stay in the URL: %s', async url => {
  await (await openStore(url, { check: false })).close()
})

describe('create: false', () => {
  it('create: a file that does not exist is an error and is not made', async () => {
    const path = join(folder, 'a.db')
    const error = await openStore(`sqlite:${path}`, { create: false }).catch(error => error)
    expect(error).toMatchObject({ name: 'SessionError', code: 'ERR_SESSION_STORE_MISSING' })
    expect(error.message).toBe(`The session store (SQLite) has no file "${path}"`)
    expect(existsSync(path)).toBe(false)
  })

  it('create: a table that does not exist is an error and is not made; one that exists is opened', async () => {
    const path = join(folder, 'a.db')
    await (await open(`sqlite:${path}`)).set('a', session({ user: 'Ada' }))
    await expect(openStore(`sqlite:${path}?table=other`, { create: false })).rejects.toThrow(
      'The session store (SQLite) has no table "other"',
    )
    const { default: Database } = await import('better-sqlite3')
    const client = new Database(path)
    onTestFinished(() => void client.close())
    expect(client.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([
      { name: 'sessions' },
    ])
    expect(await (await open(`sqlite:${path}?create=false`)).length()).toBe(1)
  })

  it('create: a store in memory, or one that cannot tell, is opened', async () => {
    expect(await (await open('sqlite::memory:', { create: false })).length()).toBe(0)
    expect(await (await open('memory:', { create: false })).length()).toBe(0)
    const store = Object.assign(new MapStore(), { diagnose: () => Promise.reject(new Error('not allowed')) })
    registerScheme('mute', () => store)
    expect(await openStore('mute:', { create: false })).toBe(store)
  })

  it('create: a value that is no boolean is a TypeError', async () => {
    await expect(openStore('memory:', { create: 'yes' as never })).rejects.toThrow(
      'The option "create" must be true or false',
    )
  })
})

describe('without a URL that can be used', () => {
  it.each([
    [undefined, 'is not set'],
    ['', 'is not set'],
    [42, 'is not a string'],
    ['sessions.db', 'does not begin with a scheme'],
    ['//host', 'does not begin with a scheme'],
    ['oracle://localhost/app', 'begins with a name "oracle" that is not a scheme'],
    ['redis:localhost', 'has no // after its scheme'],
    ['memory:x', 'has something after memory:'],
  ])('open: %s is told in one sentence', async (url, text) => {
    const error = await openStore(url as string).catch(error => error)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(
      /^The URL of the session store \(an environment variable such as SESSION_STORE\) /,
    )
    expect(error.message).toContain(text)
    expect(error.message).toContain('sqlite:./sessions.db')
    expect(error.message).not.toContain('\n')
  })
})

describe('stores of others', () => {
  function install(name: string, files: Record<string, string>, at = folder): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(at, 'node_modules', name, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
  }
  const STORE = `
    const { EventEmitter } = process.getBuiltinModule('node:events')
    class Tiny extends EventEmitter {
      rows = new Map()
      constructor(url, options) { super(); this.url = url; this.options = options }
      get(sid, done) { setImmediate(done, null, this.rows.get(sid)) }
      set(sid, session, done) { this.rows.set(sid, session); setImmediate(done, null) }
      destroy(sid, done) { this.rows.delete(sid); setImmediate(done, null) }
      static open(url, options) { return new Tiny(url, options) }
    }
  `
  beforeEach(() => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder)
    onTestFinished(() => void vi.restoreAllMocks())
  })

  it.each([
    [
      'a class with a static open, as default',
      '{"type":"module","exports":{"import":"./i.js"}}',
      `${STORE} export default Tiny`,
    ],
    [
      'a class with a static open, by name',
      '{"type":"module","exports":{".":{"import":"./i.js"}}}',
      `${STORE} export { Tiny }`,
    ],
    [
      'a function by name',
      '{"type":"module","exports":"./i.js"}',
      `${STORE} export async function open(u, o) { return new Tiny(u, o) }`,
    ],
    ['a class of CommonJS', '{"main":"i.js"}', `${STORE} module.exports = Tiny`],
    ['a function of CommonJS', '{"main":"./i"}', `${STORE} module.exports = { open: Tiny.open }`],
    [
      'a class of a compiled ES module',
      '{"main":"i.js"}',
      `${STORE} exports.__esModule = true; exports.default = Tiny`,
    ],
  ])('open: a package of the working directory may export %s', async (_, manifest, code) => {
    install('@scope/tiny-store', { 'package.json': manifest, 'i.js': code })
    const store = await openStore('@scope/tiny-store:anything?a=1', { ttl: 3 })
    expect(store).toMatchObject({ url: 'anything?a=1', options: { ttl: 3 } })
  })

  it('open: a package without one of them is told so', async () => {
    install('no-store', { 'package.json': '{"main":"i.js"}', 'i.js': 'exports.answer = 42' })
    install('odd-store', { 'package.json': '{"main":"i.js"}', 'i.js': 'exports.open = () => ({})' })
    await expect(openStore('no-store:')).rejects.toThrow(
      'The package "no-store" exports neither a function open(url, options) nor a store class',
    )
    await expect(openStore('odd-store:')).rejects.toThrow('odd-store did not open a session store')
  })

  it.each([
    ['a function as default', '{"type":"module","main":"./i.js"}', 'export default run'],
    ['a function of CommonJS', '{"main":"i.js"}', 'module.exports = run'],
    [
      'a class without a static open',
      '{"main":"i.js"}',
      'module.exports = class { constructor() { run() } }',
    ],
    ['functions of other names', '{"main":"i.js"}', 'exports.exec = run; exports.openFile = run'],
  ])('open: a package is not called when it exports only %s', async (_, manifest, code) => {
    // A URL may name any installed package, also one that runs what it is given.
    const ran = join(folder, 'ran')
    const run = `const run = () => { process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(ran)}, '') }`
    install('run-it', { 'package.json': manifest, 'i.js': `${run}\n${code}` })
    await expect(openStore('run-it:rm -rf .')).rejects.toThrow('"run-it" exports neither a function open')
    expect(existsSync(ran)).toBe(false)
  })

  it('open: what is missing in a package of others stays visible', async () => {
    install('half-store', { 'package.json': '{"type":"module","main":"i.js"}', 'i.js': "import 'not-there'" })
    await expect(openStore('half-store:')).rejects.toThrow(/not-there/)
  })

  it('scheme: one that was registered is given the whole URL', async () => {
    registerScheme('my', (url, options) => Object.assign(new MapStore(), { url, options }))
    const store = await openStore('my://user:pw@host?x=1', { prefix: 'p' })
    expect(store).toMatchObject({ url: 'my://user:pw@host?x=1', options: { prefix: 'p' } })
  })

  it('scheme: wrong names and those that are taken are refused', () => {
    expect(() => registerScheme('redis', () => new MapStore())).toThrow('The scheme "redis" is reserved')
    expect(() => registerScheme('My', () => new MapStore())).toThrow(TypeError)
    expect(() => registerScheme('my', 'no' as never)).toThrow(TypeError)
  })
})

describe('check', () => {
  it('check: a store that does not answer is given up in time, and closed', async () => {
    const store = new MapStore()
    store.get = () => new Promise<never>(() => {})
    registerScheme('odd', () => store)
    const error = await openStore('odd:', { checkTimeout: 20 }).catch(error => error)
    expect(error).toMatchObject({ code: 'ERR_SESSION_STORE_TIMEOUT', status: 503 })
    expect(error.message).toBe(
      'The session store (odd) did not answer within 20 ms: is it running, and is its address right?',
    )
    await store.close()
    expect(store.calls).toEqual(['close'])
  })

  it('check: an error without a message of its own is told by its parts', async () => {
    const parts = ['::1', '127.0.0.1'].map(host => new Error(`connect ECONNREFUSED ${host}:1`))
    const store = new MapStore()
    store.failing.all = new AggregateError(parts)
    registerScheme('odd', () => store)
    await expect(openStore('odd:')).rejects.toThrow(
      'The session store (odd) cannot be used: connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1',
    )
  })

  it('check: false hands the store out as it is', async () => {
    const store = new MapStore()
    store.failing.read = new Error('away')
    registerScheme('odd', () => store)
    await expect((await openStore('odd:', { check: false })).get('a')).rejects.toThrow('away')
  })
})
