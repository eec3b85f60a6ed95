import { createHmac, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import { createServer as createTlsServer, Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Middleware, Options, Request, Response, SessionModule } from './types.ts'

export const SECRET = 'a secret for tests'

export type Listener = (req: Request, res: Response) => unknown

export interface Sent {
  method?: string
  headers?: Record<string, string>
  /** The `Cookie` header: `name=value` pairs, or what an earlier reply has set. */
  cookie?: string | Reply
}

export interface Reply {
  status: number
  message: string
  headers: IncomingHttpHeaders
  body: Buffer
  text: string
  /** Each `Set-Cookie` line as it came. */
  setCookie: string[]
}

export interface Client {
  url: string
  get(path?: string, sent?: Sent): Promise<Reply>
}

export interface App extends Client {
  /** What the middleware has passed to `next()` so far. */
  errors: unknown[]
  /** The same when there is something, which may be after the response, and a moment has passed for more. */
  failed(): Promise<unknown[]>
}

// TLS without a certificate, so that no key has to lie in the repository.
const anonymous = { ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const

/** Serves `listener` on a free port until the test ends. */
export async function serve(listener: Listener, { tls = false } = {}): Promise<Client> {
  const handle = listener as (req: unknown, res: unknown) => void
  const server = tls ? createTlsServer({ ...anonymous, dhparam: 'auto' }, handle) : createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const connection = tls
    ? {
        port,
        host: '127.0.0.1',
        agent: new TlsAgent({ ...anonymous, checkServerIdentity: () => undefined }),
        rejectUnauthorized: false,
      }
    : { port, host: '127.0.0.1', agent: new Agent() }
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    get: (path = '/', sent = {}) => send({ ...connection, path }, sent, tls),
  }
}

/**
 * An app of one middleware and one handler. What goes to `next()` becomes the response where there is none yet:
 * its message, as a 500.
 */
export async function start(
  session: SessionModule,
  handler: Listener,
  options: Options = {},
  { before, tls = false }: { before?: (req: Request, res: Response) => void; tls?: boolean } = {},
): Promise<App> {
  const errors: unknown[] = []
  const first = deferred()
  const middleware = session({ secret: SECRET, ...options })
  const client = await serve(
    (req, res) => {
      before?.(req, res)
      run(middleware, handler, req, res, error => {
        errors.push(error)
        first.resolve()
        if (res.headersSent) return
        res.statusCode = 500
        res.end(error instanceof Error ? error.message : String(error))
      })
    },
    { tls },
  )
  const failed = async () => {
    await first.promise
    await sleep(20)
    return errors
  }
  return { ...client, errors, failed }
}

function run(
  middleware: Middleware,
  handler: Listener,
  req: Request,
  res: Response,
  fail: (error: unknown) => void,
) {
  try {
    middleware(req, res, error => {
      if (error) return fail(error)
      ;(async () => handler(req, res))().catch(fail)
    })
  } catch (error) {
    fail(error)
  }
}

/** What making a middleware or its first request fails with, be it thrown or passed to `next()`. */
export function errorOf(make: () => Middleware): Promise<unknown> {
  const req = { url: '/', headers: {} } as Request
  const res = { end() {}, write() {}, writeHead() {}, setHeader() {}, getHeader() {} } as unknown as Response
  return new Promise(resolve => {
    try {
      make()(req, res, resolve)
    } catch (error) {
      resolve(error)
    }
  })
}

function send(
  target: RequestOptions,
  { method = 'GET', headers = {}, cookie }: Sent,
  tls: boolean,
): Promise<Reply> {
  const cookies = typeof cookie === 'object' ? cookiePair(cookie) : cookie
  const options = { ...target, method, headers: cookies ? { ...headers, cookie: cookies } : headers }
  return new Promise((resolve, reject) => {
    const req = (tls ? tlsRequest : request)(options, res => {
      const chunks: Buffer[] = []
      res.on('data', chunk => chunks.push(chunk))
      res.on('error', reject)
      res.on('end', () => {
        const body = Buffer.concat(chunks)
        resolve({
          status: res.statusCode!,
          message: res.statusMessage!,
          headers: res.headers,
          body,
          text: body.toString(),
          setCookie: res.headers['set-cookie'] ?? [],
        })
      })
    })
    req.on('error', reject)
    req.end()
  })
}

export interface SetCookie {
  /** As it came: percent-encoded. */
  value: string
  /** Names as they came, in their order. */
  attributes: Record<string, string | true>
}

/** The `Set-Cookie` of this name, taken apart. */
export function readSetCookie(reply: Reply, name = 'connect.sid'): SetCookie | undefined {
  const line = reply.setCookie.find(line => line.startsWith(`${name}=`))
  if (line === undefined) return undefined
  const [pair, ...rest] = line.split('; ')
  const attributes: SetCookie['attributes'] = {}
  for (const attribute of rest) {
    const [key, value = true] = attribute.split('=')
    attributes[key!] = value
  }
  return { value: pair!.slice(name.length + 1), attributes }
}

/** The instant at which the cookie of this reply expires, in milliseconds. */
export function readExpires(reply: Reply): number {
  return Date.parse(String(readSetCookie(reply)?.attributes.Expires))
}

/** The session id in a reply's cookie. */
export function readId(reply: Reply, name?: string): string | undefined {
  const value = readSetCookie(reply, name)?.value
  return value === undefined ? undefined : decodeURIComponent(value).slice(2).split('.')[0]
}

function cookiePair(reply: Reply): string {
  return reply.setCookie.map(line => line.split(';')[0]).join('; ')
}

/** The cookie that a browser holding session `id` sends. Made here from scratch, to pin the format. */
export function signed(
  id: string,
  secret: string | Buffer | KeyObject = SECRET,
  name = 'connect.sid',
): string {
  return `${name}=${encodeURIComponent(signedValue(id, secret))}`
}

/** The value of that cookie before it is percent-encoded. */
export function signedValue(id: string, secret: string | Buffer | KeyObject = SECRET): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')
  return `s:${id}.${signature}`
}

/** Resolves in the next turn of the event loop, when a small first write has been sent. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** A promise that somebody else settles. */
export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>(settle => {
    resolve = settle
  })
  return { promise, resolve }
}
