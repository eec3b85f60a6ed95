import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { runModule, useBuilt } from './support/child.ts'
import { membersOf, readReadme, runExample } from './support/readme.ts'

const readme = readReadme(import.meta.url)
const [server] = readme.runnable.map(([, source]) => source)
const [token] = readReadme(import.meta.url, '../../../docs/transport.md').runnable.map(([, source]) => source)
const [tenants] = readReadme(import.meta.url, '../../../docs/tenants.md').runnable.map(([, source]) => source)
const [store] = readReadme(import.meta.url, '../../../docs/writing-a-store.md').runnable.map(
  ([, source]) => source,
)

function source(file: string): string {
  return readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
}

describe('the examples', () => {
  const built = useBuilt()

  it('readme: has the one that can be run', () => {
    expect(readme.runnable).toHaveLength(1)
  })

  it('readme: the server counts, logs in and logs out', async () => {
    const { url } = await runExample(built.folder, server!)
    let cookie = ''
    const get = async (path: string) => {
      const reply = await fetch(url + path, { headers: { cookie }, redirect: 'manual' })
      for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]!
      return reply.status === 302 ? reply.headers.get('Location') : reply.text()
    }
    expect(await get('/')).toBe('Somebody was here 1 times')
    expect(await get('/')).toBe('Somebody was here 2 times')
    expect(await get('/login')).toBe('/')
    expect(await get('/')).toBe('Ada was here 3 times')
    expect(await get('/logout')).toBe('/')
    expect(await get('/')).toBe('Somebody was here 1 times')
  })

  it('transport: the server in the docs knows a client by its token', async () => {
    const { url } = await runExample(built.folder, token!)
    const send = async (path: string, method: string, token = '') => {
      const reply = await fetch(url + path, { method, headers: { Authorization: `Bearer ${token}` } })
      expect(reply.headers.getSetCookie()).toEqual([])
      return { text: await reply.text(), token: reply.headers.get('X-Auth-Token') }
    }
    expect(await send('/', 'GET')).toEqual({ text: 'Hello stranger', token: null })
    const login = await send('/login', 'POST')
    expect(await send('/', 'GET', login.token!)).toEqual({ text: 'Hello Ada', token: null })
    expect(await send('/logout', 'POST', login.token!)).toEqual({ text: 'Bye', token: '' })
    expect((await send('/', 'GET', login.token!)).text).toBe('Hello stranger')
  })

  it('tenants: the server in the docs counts the views of each site', async () => {
    const { url } = await runExample(built.folder, tenants!)
    let cookie = ''
    const get = async (host: string, { keep = false } = {}) => {
      const req = request(url, { headers: { host, cookie } }).end()
      const [res] = (await once(req, 'response')) as [IncomingMessage]
      if (keep) cookie = res.headers['set-cookie']![0]!.split(';')[0]!
      return text(res)
    }
    expect(await get('acme.localhost', { keep: true })).toBe('Views: 1')
    expect(await get('acme.localhost')).toBe('Views: 2')
    expect(await get('globex.localhost')).toBe('Views: 1')
    expect(await get('acme.localhost')).toBe('Views: 3')
    expect(await get('localhost')).toBe('No such site')
  })

  it('writing a store: the one in the docs keeps a session', async () => {
    const { stdout, stderr, code } = await runModule(built.folder, store!)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/user: 'Ada'/)
    expect(stdout).toMatch(/ 1\n$/)
  })
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const options = [
      ...new Set([
        ...membersOf(import.meta.url, '../src/options/engine-options.ts', /^EngineOptions$/),
        ...membersOf(import.meta.url, '../src/node/options.ts', /^SessionOptions$/),
      ]),
    ]
    const [, table] = /^## Options\n(.*?)^###/ms.exec(readme.text)!
    expect([...table!.matchAll(/^\| `(\w+)` \|/gm)].map(match => match[1]).sort()).toEqual(options.sort())
    expect(options.length).toBeGreaterThan(15)
  })

  it('readme: every error code is in it, and no other', () => {
    const [, body] = /type SessionErrorCode =(.*?)\n\n/s.exec(source('errors.ts'))!
    const codes = [...body!.matchAll(/'(\w+)'/g)].map(match => match[1])
    const listed = [...readme.text.matchAll(/^\| `(ERR_\w+)` \|/gm)].map(match => match[1])
    expect(listed.sort()).toEqual(codes.sort())
  })
})
