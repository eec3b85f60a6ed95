import { describe, expect, it, onTestFinished } from 'vitest'
import { type Listener, serve, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { exchange as rawExchange } from '../support/raw.ts'
import { slowStore } from '../support/slow-store.ts'
import type { Request, Response } from '../support/types.ts'

/** Milliseconds for one answer. */
const LIMIT = 5000

type Call = (...args: unknown[]) => unknown

/** Replaces `end` by one that calls `change` first, with the arguments of the application, and passes on what that returns. */
function atEnd(change: (res: Response, args: unknown[]) => unknown[]) {
  return (res: Response) => {
    const end = res.end as unknown as Call
    res.end = ((...args: unknown[]) => end.apply(res, change(res, args))) as never
  }
}

/** Filters of the response that are mounted before the session. */
const filters: Record<string, (res: Response) => void> = {
  'no filter': () => {},
  'lengthens the body': atEnd((_res, [chunk = '']) => [`${chunk} and more`]),
  'shortens the body': atEnd((_res, [chunk = '']) => [String(chunk).slice(0, 2)]),
  'removes Content-Length': atEnd((res, args) => {
    if (!res.headersSent) res.removeHeader('Content-Length')
    return args
  }),
  'sets Content-Length': atEnd((res, [chunk = '']) => {
    if (!res.headersSent) res.setHeader('Content-Length', Buffer.byteLength(String(chunk)))
    return [chunk]
  }),
  'sets the status': atEnd((res, args) => {
    res.statusCode = 418
    return args
  }),
  'sets a header': atEnd((res, args) => {
    if (!res.headersSent) res.setHeader('Server-Timing', 'total;dur=1')
    return args
  }),
  'takes objects': atEnd((_res, [chunk]) => [typeof chunk === 'object' ? JSON.stringify(chunk) : chunk]),
  'collects what is written': res => {
    const { write, end } = res as unknown as { write: Call; end: Call }
    const parts: string[] = []
    res.write = ((chunk: unknown) => parts.push(String(chunk)) > 0) as never
    res.end = ((chunk?: unknown) => {
      if (chunk != null) parts.push(String(chunk))
      const body = parts.join('|')
      if (!res.headersSent) res.setHeader('Content-Length', Buffer.byteLength(body))
      if (body) write.call(res, body)
      return end.call(res)
    }) as never
  },
  'changes what is written': res => {
    const { write } = res as unknown as { write: Call }
    res.write = ((chunk: unknown, ...rest: unknown[]) =>
      write.call(res, String(chunk).toUpperCase(), ...rest)) as never
  },
  'changes the arguments of writeHead': res => {
    const { writeHead } = res as unknown as { writeHead: Call }
    res.writeHead = ((status: number, ...rest: unknown[]) => {
      res.setHeader('X-Seen', String(status))
      return writeHead.call(res, status === 200 ? 203 : status, ...rest)
    }) as never
  },
}

/** What an application does with its response. */
const answers: Record<string, (res: Response) => unknown> = {
  end: res => res.end('body'),
  'no body': res => res.end(),
  'end with Content-Length': res => res.setHeader('Content-Length', 4).end('body'),
  'write and end': res => {
    res.write('bö')
    res.end('dy')
  },
  'write of the whole Content-Length': res => {
    res.setHeader('Content-Length', 5)
    res.write('bödy')
    res.end()
  },
  'writeHead and end': res => res.writeHead(201, { 'X-Own': 'yes' }).end('body'),
  'writeHead, write and end': res => {
    res.writeHead(200, ['X-Own', '1', 'X-Own', '2'])
    res.write('bo')
    res.end('dy')
  },
  'flushHeaders and end': res => {
    res.setHeader('X-Own', 'yes')
    res.flushHeaders()
    res.end('body')
  },
  '204': res => res.writeHead(204).end(),
  '304': res => res.writeHead(304, { ETag: '"1"' }).end(),
  trailers: res => {
    res.setHeader('Trailer', 'X-Sum')
    res.write('body')
    res.addTrailers({ 'X-Sum': '1' })
    res.end()
  },
}

/** Some rows break the framing, on bare Node as well: then there is no whole answer. */
function exchange(url: string, path: string, method: string): Promise<{ head: string; body: string }> {
  const late = new Promise<{ head: string; body: string }>(resolve => {
    setTimeout(resolve, LIMIT, { head: 'no whole answer', body: '' })
  })
  return Promise.race([rawExchange(url, path, method), late])
}

/**
 * A response as it came, without what the session and the clock put in, its headers in the order of the alphabet. Framing is left out
 * where a body comes in parts: Node 26 counts the parts of one turn and sends a Content-Length, older ones send chunks.
 */
function seen({ head, body }: { head: string; body: string }, inParts: boolean): string {
  const [status, ...headers] = head.split('\r\n').filter(line => !/^(Set-Cookie|Date):/i.test(line))
  const framed = headers.some(line => /^Transfer-Encoding: chunked/i.test(line))
  const kept = inParts ? headers.filter(line => !/^(Transfer-Encoding|Content-Length):/i.test(line)) : headers
  return [status, ...kept.sort(), '', inParts && framed ? joined(body) : body].join('\n')
}

/** The chunks of a body, and its trailers. */
function joined(body: string): string {
  const bytes = Buffer.from(body)
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const end = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.subarray(at, end).toString(), 16)
    if (!(size > 0))
      return (
        Buffer.concat(parts).toString() +
        bytes
          .subarray(end + 2)
          .toString()
          .trim()
      )
    parts.push(bytes.subarray(end + 2, end + 2 + size))
    at = end + 4 + size
  }
}

const cases = Object.keys(filters).flatMap(filter => Object.keys(answers).map(answer => [filter, answer]))

/** Rows that say nothing: Node throws for trailers without chunks, and treats a name that comes twice differently in its versions. */
function isMeant(method: string, [filter, answer]: string[]): boolean {
  if (answer === 'trailers') return method === 'GET' && filter !== 'collects what is written'
  return !(filter === 'changes the arguments of writeHead' && answer === 'writeHead, write and end')
}

describe.each(['GET', 'HEAD'])('%s', method => {
  it.each(cases.filter(row => isMeant(method, row)))(
    'filter: one that %s sees %s as without a session',
    async (filter, answer) => {
      const inParts = /write and end|trailers/.test(answer as string)
      const bare = await serve((_req, res) => {
        filters[filter!]!(res)
        answers[answer!]!(res)
      })
      const handler: Listener = (req, res) => {
        if (req.url === '/save') req.session.user = 'Ada'
        answers[answer!]!(res)
      }
      const options = { store: slowStore(5), resave: false, saveUninitialized: false }
      const before = (_req: unknown, res: Response) => filters[filter!]!(res)
      const app = await start(ours, handler, options, { before })
      const expected = seen(await exchange(bare.url, '/', method), inParts)
      expect(seen(await exchange(app.url, '/', method), inParts)).toBe(expected)
      const saved = await exchange(app.url, '/save', method)
      expect(seen(saved, inParts)).toBe(expected)
      expect(saved.head).toContain('Set-Cookie: connect.sid=')
      expect(app.errors).toEqual([])
    },
  )
})

it('filter: one that takes objects gets them', async () => {
  const options = { store: slowStore(5), saveUninitialized: true }
  const before = (_req: unknown, res: Response) => filters['takes objects']!(res)
  const app = await start(ours, (_req, res) => res.end({ a: 1 } as never), options, { before })
  expect((await app.get()).text).toBe('{"a":1}')
})

it.each(['/', '/save'])(
  'filter: one that throws ends its response (%s), and the next is answered',
  async path => {
    const heard: unknown[] = []
    const before = (req: Request, res: Response) => {
      const { end } = res as unknown as { end: Call }
      let thrown = false
      res.end = ((...args: unknown[]) => {
        if (req.url === '/fine' || thrown) return end.apply(res, args)
        thrown = true
        throw new Error('a filter failed')
      }) as never
    }
    const handler: Listener = (req, res) => {
      if (req.url === '/save') req.session.user = 'Ada'
      res.end('body')
    }
    const options = {
      store: slowStore(5),
      resave: false,
      saveUninitialized: false,
      onError: (e: unknown) => heard.push(e),
    }
    const app = await start(ours, handler, options as never, { before })
    const failed = await app.get(path).catch(() => undefined)
    expect(failed?.status ?? 500).toBe(500)
    expect(heard.map(String)).toContain('Error: a filter failed')
    expect((await app.get('/fine')).text).toBe('body')
  },
)

it('filter: one that always throws ends its response, and nothing else', async () => {
  const uncaught: unknown[] = []
  const listen = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', listen)
  onTestFinished(() => void process.off('uncaughtException', listen))
  const before = (req: Request, res: Response) => {
    if (req.url === '/fine') return
    res.end = (() => {
      throw new Error('a filter failed')
    }) as never
  }
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    res.end('body')
  }
  const app = await start(ours, handler, { store: slowStore(5), saveUninitialized: true }, { before })
  await expect(app.get('/')).rejects.toThrow()
  expect((await app.get('/fine')).text).toBe('body')
  expect(uncaught).toEqual([])
})
