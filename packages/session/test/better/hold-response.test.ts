import { createReadStream } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Listener, readId, serve, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { exchange } from '../support/raw.ts'
import { slowStore } from '../support/slow-store.ts'
import type { Response } from '../support/types.ts'

const SAVING = 300

const responses: Record<string, (res: Response) => unknown> = {
  'a body': res => res.end('a body'),
  'a body with Content-Length': res => res.setHeader('Content-Length', 4).end('body'),
  'an explicit head': res => res.writeHead(201, { 'X-Own': 'yes' }).end('made'),
  'an explicit head with reason and array': res => res.writeHead(200, 'Fine', ['X-Own', 'yes']).end('fine'),
  'a buffer': res => res.end(Buffer.from('buffer')),
  'no body': res => res.end(),
  'Content-Length 0': res => res.setHeader('Content-Length', '0').end(),
  'a redirect': res => res.writeHead(302, { Location: '/account' }).end('Found'),
  'a redirect without body': res => res.writeHead(302, { Location: '/account' }).end(),
  '204': res => res.writeHead(204).end(),
  '304': res => res.writeHead(304, { ETag: '"1"' }).end(),
  'a long body': res => res.end('x'.repeat(300_000)),
}

function changing(answer: (res: Response) => unknown): Listener {
  return (req, res) => {
    req.session.user = 'Ada'
    answer(res)
  }
}

describe('response: nothing of it is sent before the session is saved', () => {
  it.each(Object.entries(responses))('response: %s', async (_, answer) => {
    const store = slowStore(SAVING)
    const app = await start(ours, changing(answer), { store, resave: false })
    const { firstByte, head } = await exchange(app.url)
    expect(store.written).toBeGreaterThan(0)
    expect(firstByte).toBeGreaterThanOrEqual(store.written)
    expect(head).toContain('Set-Cookie: connect.sid=')
  })

  it('response: to HEAD', async () => {
    const store = slowStore(SAVING)
    const app = await start(ours, changing(responses['a body with Content-Length']!), { store })
    const { firstByte, head, body } = await exchange(app.url, '/', 'HEAD')
    expect(firstByte).toBeGreaterThanOrEqual(store.written)
    expect(head).toMatch(/Content-Length: 4/)
    expect(body).toBe('')
  })

  it('response: after touch', async () => {
    const store = slowStore(SAVING)
    const handler: Listener = (req, res) => {
      if (req.url === '/login') req.session.user = 'Ada'
      res.end('a body')
    }
    const app = await start(ours, handler, { store, resave: false })
    const cookie = await app.get('/login')
    const before = performance.now()
    await app.get('/', { cookie })
    expect(performance.now() - before).toBeGreaterThanOrEqual(SAVING)
  })
})

it('response: the page that a redirect leads to finds what was saved before it', async () => {
  const handler: Listener = (req, res) => {
    if (req.url === '/account') return res.end(String(req.session.user))
    req.session.user = 'Ada'
    res.writeHead(302, { Location: '/account' }).end('Found. Redirecting to /account')
  }
  const app = await start(ours, handler, { store: slowStore(SAVING) })
  const answer = await fetch(`${app.url}/login`, { method: 'POST', redirect: 'manual' })
  // As soon as the head is there, with the body perhaps still on its way, as a browser does.
  const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!
  const next = await fetch(app.url + answer.headers.get('Location'), { headers: { cookie } })
  expect(await next.text()).toBe('Ada')
})

describe('response: arrives as the application made it', () => {
  it.each([
    ['a body', 'Content-Length: 6'],
    ['an explicit head', 'HTTP/1.1 201 Created'],
    ['an explicit head', 'X-Own: yes'],
    ['an explicit head with reason and array', 'HTTP/1.1 200 Fine'],
    ['no body', 'Content-Length: 0'],
    ['204', 'HTTP/1.1 204 No Content'],
    ['304', 'ETag: "1"'],
  ])('response: %s has %s', async (name, line) => {
    const app = await start(ours, changing(responses[name]!), { store: slowStore(20) })
    expect((await exchange(app.url)).head.split('\r\n')).toContain(line)
  })

  it.each([
    ['a body', 'a body'],
    ['a body with Content-Length', 'body'],
    ['a buffer', 'buffer'],
    ['no body', ''],
    ['204', ''],
  ])('response: the body of %s is whole', async (name, body) => {
    const app = await start(ours, changing(responses[name]!), { store: slowStore(20) })
    expect((await exchange(app.url)).body).toBe(body)
  })
})

describe('a stream', () => {
  it('stream: its beginning is not held, its end is', async () => {
    const store = slowStore(SAVING)
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      res.write('first ')
      setTimeout(() => res.end('last'), 50)
    }
    const app = await start(ours, handler, { store })
    const { firstByte, head, text } = await exchange(app.url)
    const closed = performance.now()
    expect(head).toContain('Transfer-Encoding: chunked')
    expect(head).toContain('Set-Cookie: connect.sid=')
    expect(text).toContain('last')
    expect(firstByte).toBeLessThan(store.written)
    expect(closed).toBeGreaterThanOrEqual(store.written)
  })

  it('stream: a file that is piped arrives whole', async () => {
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      createReadStream(import.meta.filename).pipe(res)
    }
    const app = await start(ours, handler, { store: slowStore(20) })
    const reply = await app.get()
    expect(reply.text).toMatch(/^import [\s\S]*\n$/)
    expect(readId(reply)).toBeDefined()
  })
})

it('response: a session that is written to after an explicit head, and before the end, gets its cookie', async () => {
  const handler: Listener = (req, res) => {
    res.writeHead(200)
    req.session.user = 'Ada'
    res.end()
  }
  const app = await start(ours, handler, { saveUninitialized: false })
  expect(readId(await app.get())).toBeDefined()
})

it('response: a bad status is told where it is set, and something else can be sent', async () => {
  const handler: Listener = (_req, res) => {
    try {
      res.statusCode = 99
      res.end('never')
    } catch (error) {
      res.statusCode = 500
      res.end((error as { code?: string }).code)
    }
  }
  const app = await start(ours, handler, { saveUninitialized: false, resave: false })
  expect((await app.get()).text).toBe('ERR_HTTP_INVALID_STATUS_CODE')
})

/** Answers in pieces, as tRPC's adapter and Next's redirect do. */
const inPieces: Record<string, Listener> = {
  'write and end': (_, res) => {
    res.write('one ')
    res.end('two')
  },
  'a redirect that is written': (_, res) => {
    res.writeHead(302, { Location: '/account' })
    res.write('/account')
    res.end()
  },
  'writes and an end after promises': async (_, res) => {
    res.writeHead(200, { 'Content-Type': 'text/plain' })
    for (const part of ['one ', 'two ', 'three']) {
      res.write(Buffer.from(part))
      await Promise.resolve()
    }
    res.end()
  },
}

describe.each(Object.entries(inPieces))('response in pieces: %s', (_, answer) => {
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    return answer(req, res)
  }

  it('nothing is sent before the session is saved, and then what Node would send', async () => {
    const store = slowStore(SAVING)
    const app = await start(ours, handler, { store, resave: false })
    const { firstByte, head, body } = await exchange(app.url)
    expect(firstByte).toBeGreaterThanOrEqual(store.written)
    const bare = await exchange((await serve(answer)).url)
    const plain = (text: string) => text.replace(/^(Set-Cookie|Date): .*\r\n/gm, '')
    // How the body is cut into chunks depends on the time of each write.
    const joined = (text: string) => text.replace(/^[\da-f]+\r\n|\r\n/gm, '')
    expect([plain(head), joined(body)]).toEqual([plain(bare.head), joined(bare.body)])
  })

  it('a session that cannot be saved is an error, without anything of the page', async () => {
    const store = new MapStore()
    store.failing = { write: new Error('disk full') }
    const app = await start(ours.strict as never, handler, { store } as never)
    const { status, text, headers, setCookie } = await app.get()
    expect([status, text, setCookie]).toEqual([500, 'disk full', []])
    expect([headers.location, headers['content-type']]).toEqual([undefined, undefined])
  })
})

it('response in pieces: the headers count as sent after a write, as with Node', async () => {
  const seen: unknown[] = []
  const handler: Listener = (_, res) => {
    res.statusCode = 201
    seen.push(res.write('one '), res.headersSent)
    try {
      res.setHeader('X-Late', 'yes')
    } catch (error) {
      seen.push((error as { code: string }).code)
    }
    res.statusCode = 500
    res.end('two')
  }
  for (const app of [await start(ours, handler), await serve(handler)]) {
    const { status, text, headers } = await app.get()
    expect([status, text, headers['x-late']]).toEqual([201, 'one two', undefined])
    expect(seen.splice(0)).toEqual([true, true, 'ERR_HTTP_HEADERS_SENT'])
  }
})

it('stream: an event that is written arrives before the application does anything else', async () => {
  let finish = () => {}
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write('data: 1\n\n')
    finish = () => res.end('data: 2\n\n')
  }
  const app = await start(ours, handler)
  const response = await fetch(app.url)
  expect(response.headers.getSetCookie()).toHaveLength(1)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe('data: 1\n\n')
  finish()
  expect((await reader.read()).value).toBe('data: 2\n\n')
})

it('stream: the callback of a first write is called, and a large one goes out at once', async () => {
  const handler: Listener = async (req, res) => {
    if (req.url === '/large') res.write('x'.repeat(100_000))
    else await new Promise(resolve => res.write('one ', resolve as () => void))
    res.end('two')
  }
  const app = await start(ours, handler)
  expect((await app.get()).text).toBe('one two')
  expect((await app.get('/large')).text).toHaveLength(100_003)
})

it('stream: what Node does not accept throws its error', async () => {
  const codes: unknown[] = []
  const handler: Listener = (_, res) => {
    for (const chunk of [null, 5, {}]) {
      try {
        res.write(chunk)
      } catch (error) {
        codes.push((error as { code: string }).code)
      }
    }
    res.end('fine')
  }
  for (const app of [await start(ours, handler), await serve(handler)]) {
    expect((await app.get()).text).toBe('fine')
    expect(codes.splice(0)).toEqual([
      'ERR_STREAM_NULL_VALUES',
      'ERR_INVALID_ARG_TYPE',
      'ERR_INVALID_ARG_TYPE',
    ])
  }
})

it('response in pieces: a filter that asks for the headers with each write changes nothing', async () => {
  const handler: Listener = (req, res) => {
    const { write, writeHead } = res
    let asked = 0
    res.writeHead = function (this: Response, ...args: never[]) {
      if (asked++ === 0) this.setHeader('X-Filter', 'yes')
      return writeHead.apply(this, args as never)
    } as never
    res.write = function (this: Response, ...args: never[]) {
      this.writeHead(this.statusCode)
      return write.apply(this, args as never)
    } as never
    req.session.user = 'Ada'
    res.write('one ')
    res.write('two ')
    res.end('three')
  }
  const app = await start(ours, handler)
  const { text, headers, setCookie } = await app.get()
  expect([text, headers['x-filter'], setCookie.length]).toEqual(['one two three', 'yes', 1])
})
