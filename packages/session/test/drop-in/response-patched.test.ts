import { describe, expect, it } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { peekOnly, storeWith } from '../support/stores.ts'
import type { Response } from '../support/types.ts'

type Write = (chunk?: unknown, encoding?: unknown, done?: unknown) => boolean

/** Makes a response shout, the way compression and the like put themselves in front of write and end. */
function shout(res: Response) {
  const write = res.write as Write
  const end = res.end as unknown as Write
  const upper = (chunk: unknown) => (chunk == null ? chunk : String(chunk).toUpperCase())
  res.write = function (this: Response, chunk: unknown, encoding?: unknown, done?: unknown) {
    return write.call(this, upper(chunk), encoding, done)
  } as never
  res.end = function (this: Response, chunk?: unknown, encoding?: unknown) {
    return end.call(this, upper(chunk), encoding)
  } as never
}

/** Keeps all that is written back and sends it at the end in one piece, as a caching layer does. */
function collect(res: Response) {
  const end = res.end as unknown as Write
  const parts: string[] = []
  res.write = ((chunk: unknown) => parts.push(String(chunk)) > 0) as never
  res.end = function (this: Response, chunk?: unknown) {
    if (chunk != null) parts.push(String(chunk))
    const body = parts.join('')
    this.setHeader('Content-Length', Buffer.byteLength(body))
    return end.call(this, body)
  } as never
}

describe.each(implementations)('$name', ({ session }) => {
  const handlers: [string, Listener][] = [
    ['end', (_req, res) => res.end('one,two')],
    [
      'write and end',
      (_req, res) => {
        res.write('one,')
        res.end('two')
      },
    ],
    [
      'writes and an empty end',
      (_req, res) => {
        res.write('one,')
        res.write('two')
        res.end()
      },
    ],
    [
      'end with a Content-Length',
      (_req, res) => {
        res.setHeader('Content-Length', 7)
        res.end('one,two')
      },
    ],
  ]

  it.each(handlers)(
    'patched before: %s goes through a wrapper that stands before the session',
    async (_, handler) => {
      const store = storeWith(session)
      const app = await start(session, handler, { store }, { before: (_req, res) => shout(res) })
      const reply = await app.get()
      expect([reply.text, reply.setCookie.length]).toEqual(['ONE,TWO', 1])
      expect(peekOnly(store)).toBeDefined()
    },
  )

  it.each(handlers)(
    'patched after: %s goes through a wrapper that stands after the session',
    async (_, handler) => {
      const store = storeWith(session)
      const app = await start(
        session,
        (req, res) => {
          shout(res)
          return handler(req, res)
        },
        { store },
      )
      const reply = await app.get()
      expect([reply.text, reply.setCookie.length]).toEqual(['ONE,TWO', 1])
      expect(peekOnly(store)).toBeDefined()
    },
  )

  it.each(handlers)('patched after: %s goes through a wrapper that sends all at once', async (_, handler) => {
    const app = await start(session, (req, res) => {
      collect(res)
      return handler(req, res)
    })
    const reply = await app.get()
    expect([reply.text, reply.headers['content-length'], reply.setCookie.length]).toEqual(['one,two', '7', 1])
  })

  it('patched: wrappers on both sides see the whole body', async () => {
    const app = await start(
      session,
      (_req, res) => {
        collect(res)
        res.write('one,')
        res.end('two')
      },
      {},
      { before: (_req, res) => shout(res) },
    )
    const reply = await app.get()
    expect([reply.text, reply.setCookie.length]).toEqual(['ONE,TWO', 1])
  })

  it('patched: a wrapper that ends later still has the session saved', async () => {
    const store = storeWith(session)
    const app = await start(
      session,
      (req, res) => {
        const end = res.end as unknown as Write
        res.end = ((chunk: unknown) => {
          setTimeout(() => end.call(res, chunk), 30)
          return res
        }) as never
        req.session.user = 'Ada'
        res.end('late')
      },
      { store },
    )
    expect((await app.get()).text).toBe('late')
    expect(peekOnly(store)).toMatchObject({ user: 'Ada' })
  })

  it('patched: a wrapper before the session sees its end once', async () => {
    const ends: unknown[] = []
    const before = (_req: unknown, res: Response) => {
      const end = res.end as unknown as Write
      res.end = function (this: Response, ...args: unknown[]) {
        ends.push(args.length)
        return end.apply(this, args as [])
      } as never
    }
    const app = await start(session, (_req, res) => res.end('body'), {}, { before })
    expect((await app.get()).text).toBe('body')
    expect(ends).toHaveLength(1)
  })
})
