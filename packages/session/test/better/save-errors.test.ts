import { createGzip, gunzipSync } from 'node:zlib'
import onHeaders from 'on-headers'
import { describe, expect, it } from 'vitest'
import { type Listener, nextTurn, signed, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { keepAlive } from '../support/raw.ts'
import { storeWith } from '../support/stores.ts'
import type { MemoryStore, Request, Response } from '../support/types.ts'

function broken(): MemoryStore {
  const store = storeWith(ours, { known: { user: 'Ada' } })
  const fail = (...args: unknown[]) => setTimeout(args.at(-1) as () => void, 20, new Error('store down'))
  return Object.assign(store, { set: fail, touch: fail, destroy: fail })
}

const change: Listener = (req, res) => {
  req.session.visits = 1
  res.setHeader('ETag', '"abandoned"')
  res.setHeader('Content-Type', 'text/html')
  res.setHeader('Cache-Control', 'public')
  res.end('welcome, Ada')
}

describe("onSaveError: 'continue'", () => {
  it('onSaveError: the response arrives as it is, and the error is told once afterwards', async () => {
    const app = await start(ours, change, { store: broken(), onSaveError: 'continue' })
    const reply = await app.get()
    expect([reply.status, reply.text, reply.headers.etag]).toEqual([200, 'welcome, Ada', '"abandoned"'])
    expect(await app.failed()).toMatchObject([{ message: 'store down' }])
  })
})

describe("onSaveError: 'error'", () => {
  const options = () => ({ store: broken(), onSaveError: 'error', resave: false, saveUninitialized: false })

  it('onSaveError: the error is the response, without a cookie', async () => {
    const app = await start(ours, change, options())
    const reply = await app.get()
    expect([reply.status, reply.text]).toEqual([500, 'store down'])
    expect(reply.setCookie).toEqual([])
    expect(app.errors).toHaveLength(1)
  })

  it('onSaveError: nothing of the abandoned response is left', async () => {
    const app = await start(ours, change, options())
    const { headers, message } = await app.get()
    expect(headers).not.toHaveProperty('etag')
    expect(headers).not.toHaveProperty('content-type')
    expect(headers).not.toHaveProperty('cache-control')
    expect(headers['content-length']).toBe(String('store down'.length))
    expect(message).toBe('Internal Server Error')
  })

  it('onSaveError: an explicit head is taken back too', async () => {
    const handler: Listener = (req, res) => {
      req.session.visits = 1
      res.writeHead(201, 'Made', { ETag: '"abandoned"', 'Content-Length': 3 }).end('abc')
    }
    const app = await start(ours, handler, options())
    const reply = await app.get()
    expect([reply.status, reply.message, reply.text]).toEqual([500, 'Internal Server Error', 'store down'])
    expect(reply.headers).not.toHaveProperty('etag')
    expect(reply.setCookie).toEqual([])
  })

  it("onSaveError: the application's own cookies stay", async () => {
    const handler: Listener = (req, res) => {
      res.setHeader('Set-Cookie', ['theme=dark'])
      change(req, res)
    }
    const app = await start(ours, handler, options())
    expect((await app.get()).setCookie).toEqual(['theme=dark'])
  })

  it('onSaveError: a failed touch is told, and the page goes out', async () => {
    const told: unknown[] = []
    const onError = (error: unknown) => told.push(error)
    const app = await start(ours, (_req, res) => res.end('read'), { ...options(), onError })
    // A touch has no data that could be lost.
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('read')
    expect(told).toMatchObject([{ message: 'store down' }])
  })

  it('onSaveError: a failed unset is an error as well', async () => {
    const handler: Listener = (req, res) => {
      req.session = null as never
      res.end('out')
    }
    const other = await start(ours, handler, { ...options(), unset: 'destroy' })
    expect((await other.get('/', { cookie: signed('known') })).text).toBe('store down')
  })

  it('onSaveError: the error handler never finds the headers sent', async () => {
    const handler: Listener = async (req, res) => {
      req.session.visits = 1
      if (req.url === '/stream') {
        res.write('some ')
        await nextTurn()
      }
      res.end('body')
    }
    const errors: unknown[] = []
    const app = await start(ours, handler, {
      ...options(),
      onError: (error: unknown) => errors.push(error),
    })
    await app.get()
    const streamed = await app.get('/stream')
    expect(streamed.text).toBe('some body')
    // What can no longer be an error response is told to the hook alone.
    expect(app.errors).toHaveLength(1)
    expect(errors).toMatchObject([{ message: 'store down' }])
  })

  it('onSaveError: a response that is a server error already stays, without a cookie', async () => {
    const heard: unknown[] = []
    const handler: Listener = async (req, res) => {
      req.session.visits = 1
      await Promise.resolve(req.session.save()).catch(error => {
        res.writeHead(503, { 'Retry-After': 5 }).end(`sorry: ${error.message}`)
      })
    }
    const app = await start(ours, handler, { ...options(), onError: (error: unknown) => heard.push(error) })
    const reply = await app.get()
    expect([reply.status, reply.text, reply.headers['retry-after']]).toEqual([503, 'sorry: store down', '5'])
    expect(reply.setCookie).toEqual([])
    expect(app.errors).toEqual([])
    expect(heard).not.toEqual([])
  })

  const abandoned: [string, (res: Response) => unknown][] = [
    ['a body', res => res.end('x'.repeat(1000))],
    ['204', res => res.writeHead(204).end()],
    ['304', res => res.writeHead(304).end()],
    ['a length', res => res.setHeader('Content-Length', 3).end('abc')],
    ['an explicit head', res => res.writeHead(200, { 'Content-Length': 3 }).end('abc')],
    ['Transfer-Encoding', res => res.setHeader('Transfer-Encoding', 'chunked').end('abc')],
  ]
  it.each(abandoned)('onSaveError: the connection goes on after %s was abandoned', async (_, answer) => {
    const handler: Listener = (req, res) => {
      if (req.url === '/next') return res.end('next')
      req.session.visits = 1
      answer(res)
    }
    const app = await start(ours, handler, options())
    const ask = keepAlive(app.url)
    const failed = await ask()
    expect(failed).toMatchObject({ status: 500, text: 'store down' })
    expect(await ask('/next')).toEqual({ status: 200, text: 'next', reused: true })
  })

  it('onSaveError: goes through a filter that compresses responses', async () => {
    const app = await start(ours, change, options(), { before: compress })
    const reply = await app.get()
    expect(reply.status).toBe(500)
    expect(reply.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(reply.body).toString()).toBe('store down')
  })
})

/** As the package compression does it: what to do is decided when the head is written. */
function compress(_req: Request, res: Response): void {
  const { write, end } = res
  const gzip = createGzip()
  gzip.on('data', chunk => write.call(res, chunk, 'binary'))
  gzip.on('end', () => end.call(res, undefined, 'binary'))
  onHeaders(res, () => {
    res.setHeader('Content-Encoding', 'gzip')
    res.removeHeader('Content-Length')
  })
  res.end = ((chunk?: string) => {
    if (!res.headersSent) res.writeHead(res.statusCode)
    gzip.end(chunk)
    return res
  }) as typeof res.end
}
