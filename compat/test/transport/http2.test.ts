import { once } from 'node:events'
import { type ClientHttp2Session, connect, createSecureServer, createServer } from 'node:http2'
import { Agent, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import makeApp from 'connect'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deferred, type Listener } from '../../../packages/session/test/support/http.ts'
import { COMMON, coatcheck, type Middleware, type Request, type Response } from '../support/sessions.ts'

// TLS without a certificate, so that no key has to lie in the repository.
const anonymous = { ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const
const trusting = { ...anonymous, rejectUnauthorized: false, checkServerIdentity: () => undefined }

const PAGE = 'a page that is longer than a frame. '.repeat(5_000)

interface Reply {
  status: number
  text: string
  cookie: string
  setCookie: string[]
}

/** Gates of the streaming page: the test opens the second after it has read what came before. */
const finish = new Map<string, ReturnType<typeof deferred>>()

function answer(req: Request, res: Response, next: (error?: unknown) => void) {
  const { session } = req
  const [, page, name = ''] = req.url!.split('/')
  if (page === 'login') {
    return session.regenerate(error => {
      if (error) return next(error)
      req.session.user = 'Ada'
      res.writeHead(303, { location: '/' }).end()
    })
  }
  if (page === 'logout') return session.destroy(error => (error ? next(error) : res.end('bye')))
  if (page === 'version') return res.end(`HTTP/${req.httpVersion}`)
  if (page === 'piped') {
    session.user = 'Grace'
    return Readable.from([PAGE, PAGE]).pipe(res)
  }
  if (page === 'slowly') {
    session.user = 'Joan'
    res.write('first ')
    return finish.get(name)!.promise.then(() => res.end('last'))
  }
  res.setHeader('x-page', 'home')
  return res.end(String(session.user ?? 'nobody'))
}

const plain = (sessions: Middleware): Listener => {
  return (req, res) => {
    const next = (error?: unknown) => {
      if (error) res.writeHead(500).end(String(error))
      else answer(req, res, next)
    }
    sessions(req, res, next)
  }
}

const withConnect = (sessions: Middleware): Listener => {
  return makeApp()
    .use(sessions as never)
    .use(answer as never) as unknown as Listener
}

async function listen(listener: Listener, { tls = true } = {}) {
  const handle = listener as never
  const server = tls
    ? createSecureServer({ ...anonymous, dhparam: 'auto', allowHTTP1: true }, handle)
    : createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`, tls ? trusting : {})
  await once(client, 'connect')
  onTestFinished(async () => {
    client.destroy()
    server.close()
    await once(server, 'close')
  })
  return { client, port }
}

function open(client: ClientHttp2Session, path: string, cookie = '', method = 'GET') {
  const stream = client.request({ ':path': path, ':method': method, ...(cookie && { cookie }) })
  return stream.setEncoding('utf8')
}

async function get(client: ClientHttp2Session, path: string, cookie = '', method = 'GET'): Promise<Reply> {
  const stream = open(client, path, cookie, method)
  const [headers] = await once(stream, 'response')
  let text = ''
  for await (const chunk of stream) text += chunk
  const setCookie: string[] = headers['set-cookie'] ?? []
  return { status: headers[':status'], text, setCookie, cookie: setCookie[0]?.split(';')[0] ?? '' }
}

const sessions = () => coatcheck.session({ ...COMMON, cookie: { secure: 'auto', maxAge: 60_000 } })

const apps: [string, (sessions: Middleware) => Listener][] = [
  ['a handler of its own', plain],
  ['Connect', withConnect],
]

describe.each(apps)('HTTP/2 with %s', (_, build) => {
  it('app: a user logs in, is known, and logs out', async () => {
    const { client } = await listen(build(sessions()))
    expect((await get(client, '/version')).text).toBe('HTTP/2.0')
    const login = await get(client, '/login')
    expect([login.status, login.setCookie.length]).toEqual([303, 1])
    expect(login.setCookie[0]).toContain('; Secure')
    expect((await get(client, '/', login.cookie)).text).toBe('Ada')
    expect((await get(client, '/', login.cookie, 'HEAD')).text).toBe('')
    expect((await get(client, '/logout', login.cookie)).text).toBe('bye')
    expect((await get(client, '/', login.cookie)).text).toBe('nobody')
  })

  it('streams: parallel ones of one connection have each their own session', async () => {
    const { client } = await listen(build(sessions()))
    const logins = await Promise.all(Array.from({ length: 10 }, () => get(client, '/login')))
    expect(new Set(logins.map(({ cookie }) => cookie)).size).toBe(10)
    const [first, ...others] = logins.map(({ cookie }) => cookie)
    await get(client, '/logout', first)
    const texts = await Promise.all(others.map(async cookie => (await get(client, '/', cookie)).text))
    expect([...new Set(texts)]).toEqual(['Ada'])
  })

  it('streams: a piped page comes whole, and its session is saved', async () => {
    const { client } = await listen(build(sessions()))
    const { text, cookie } = await get(client, '/piped')
    expect(text === PAGE + PAGE).toBe(true)
    expect((await get(client, '/', cookie)).text).toBe('Grace')
  })

  it('streams: what is written arrives before the end, which waits for the session', async () => {
    const { client } = await listen(build(sessions()))
    const name = `${Math.random()}`
    const gate = deferred()
    finish.set(name, gate)
    const stream = open(client, `/slowly/${name}`)
    const [headers] = await once(stream, 'response')
    expect((await once(stream, 'data'))[0]).toBe('first ')
    gate.resolve()
    expect((await once(stream, 'data'))[0]).toBe('last')
    await once(stream, 'end')
    const cookie = headers['set-cookie']![0].split(';')[0]
    expect((await get(client, '/', cookie)).text).toBe('Joan')
  })

  it('allowHTTP1: a session begun by HTTP/2 goes on by HTTP/1.1', async () => {
    const { client, port } = await listen(build(sessions()))
    const { cookie } = await get(client, '/login')
    const agent = new Agent(trusting)
    const page = (path: string) =>
      new Promise<string>((resolve, reject) => {
        request({ port, host: '127.0.0.1', path, agent, headers: { cookie } }, reply => {
          let text = ''
          reply.setEncoding('utf8').on('data', chunk => {
            text += chunk
          })
          reply.on('end', () => resolve(text))
        })
          .on('error', reject)
          .end()
      })
    expect([await page('/version'), await page('/')]).toEqual(['HTTP/1.1', 'Ada'])
  })

  it('without TLS: the cookie of secure auto is a plain one', async () => {
    const { client } = await listen(build(sessions()), { tls: false })
    const login = await get(client, '/login')
    expect(login.setCookie[0]).not.toContain('Secure')
    expect((await get(client, '/', login.cookie)).text).toBe('Ada')
  })
})
