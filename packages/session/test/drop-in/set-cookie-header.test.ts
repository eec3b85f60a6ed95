import { describe, expect, it } from 'vitest'
import { type Listener, readSetCookie, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'

describe.each(implementations)('$name', ({ session }) => {
  const others: [string, Listener][] = [
    ['setHeader with a text', (_req, res) => res.setHeader('Set-Cookie', 'a=1').end()],
    ['setHeader with a list', (_req, res) => res.setHeader('Set-Cookie', ['a=1', 'b=2; Path=/']).end()],
    ['setHeader in lower case', (_req, res) => res.setHeader('set-cookie', 'a=1').end()],
    [
      'appendHeader',
      (_req, res) => res.appendHeader('Set-Cookie', 'a=1').appendHeader('Set-Cookie', 'b=2').end(),
    ],
    ['writeHead with a text', (_req, res) => res.writeHead(200, { 'Set-Cookie': 'a=1' }).end()],
    ['writeHead with a list', (_req, res) => res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'] }).end()],
    ['writeHead with a message', (_req, res) => res.writeHead(200, 'Fine', { 'Set-Cookie': 'a=1' }).end()],
    [
      'writeHead with a flat list',
      (_req, res) => res.writeHead(200, ['Set-Cookie', 'a=1', 'X-Other', 'x']).end(),
    ],
    ['writeHead with pairs', (_req, res) => res.writeHead(200, [['Set-Cookie', 'a=1']] as never).end()],
  ]

  it.each(others)('Set-Cookie: stands beside the cookies of %s', async (_, handler) => {
    const app = await start(session, handler)
    const reply = await app.get()
    expect(reply.status).toBe(200)
    expect(reply.setCookie).toContain('a=1')
    expect(readSetCookie(reply)).toBeDefined()
    expect(reply.setCookie.at(-1)).toContain('connect.sid=')
  })

  it('Set-Cookie: all cookies of a list stay', async () => {
    const app = await start(session, others[1]![1])
    const reply = await app.get()
    expect(reply.setCookie.slice(0, -1)).toEqual(['a=1', 'b=2; Path=/'])
    expect(reply.setCookie).toHaveLength(3)
  })

  it('Set-Cookie: what writeHead says besides stays', async () => {
    const app = await start(session, (_req, res) =>
      res.writeHead(202, 'Sure', { 'X-One': '1', 'X-Two': ['2', '3'] }).end(),
    )
    const reply = await app.get()
    expect([reply.status, reply.message]).toEqual([202, 'Sure'])
    expect(reply.headers).toMatchObject({ 'x-one': '1', 'x-two': '2, 3' })
    expect(reply.setCookie).toHaveLength(1)
  })

  it('Set-Cookie: headers from setHeader and from writeHead come together', async () => {
    const handler: Listener = (_req, res) => {
      res.setHeader('Set-Cookie', 'a=1')
      res.setHeader('X-One', '1')
      res.writeHead(200, { 'X-Two': '2' }).end()
    }
    const app = await start(session, handler)
    const reply = await app.get()
    expect(reply.headers).toMatchObject({ 'x-one': '1', 'x-two': '2' })
    expect(reply.setCookie).toHaveLength(2)
  })

  it('Set-Cookie: is there with flushHeaders', async () => {
    const handler: Listener = (_req, res) => {
      res.flushHeaders()
      res.end('body')
    }
    const app = await start(session, handler)
    const reply = await app.get()
    expect([reply.text, reply.setCookie.length]).toEqual(['body', 1])
  })

  it('Set-Cookie: is there with the first write', async () => {
    const handler: Listener = (req, res) => {
      res.write('head,')
      req.session.late = true
      res.end('tail')
    }
    const app = await start(session, handler)
    const reply = await app.get()
    expect([reply.text, reply.setCookie.length]).toEqual(['head,tail', 1])
  })

  it('Set-Cookie: another middleware that sets a cookie when headers go out is not in the way', async () => {
    const before: Parameters<typeof start>[3] = {
      before: (_req, res) => {
        const writeHead = res.writeHead
        res.writeHead = ((...args: Parameters<typeof writeHead>) => {
          res.appendHeader('Set-Cookie', 'theirs=1')
          return writeHead.apply(res, args)
        }) as typeof writeHead
      },
    }
    const app = await start(session, (_req, res) => res.end('body'), {}, before)
    const reply = await app.get()
    expect(reply.setCookie).toHaveLength(2)
    expect(reply.text).toBe('body')
  })

  it('Set-Cookie: is not sent where the handler drops the session before the headers', async () => {
    const handler: Listener = (req, res) =>
      req.session.destroy(() => res.setHeader('Set-Cookie', 'a=1').end())
    const app = await start(session, handler)
    expect((await app.get()).setCookie).toEqual(['a=1'])
  })

  it('Set-Cookie: is sent with errors and redirects as well', async () => {
    for (const status of [302, 404, 500]) {
      const app = await start(session, (_req, res) => res.writeHead(status, { Location: '/' }).end())
      const reply = await app.get()
      expect([reply.status, reply.setCookie.length]).toEqual([status, 1])
    }
  })
})
