import { createSessions } from '@coatcheck/session/fetch'
import { describe, expect, it } from 'vitest'
import { type Listener, readSetCookie, start } from './support/http.ts'
import { MapStore } from './support/map-backend.ts'
import { ours } from './support/ours.ts'

const SECRET = 'a secret of thirty-two characters'
const login: Listener = async (req, res) => {
  await (req.session as unknown as { regenerate(): Promise<void> }).regenerate()
  req.session.user = 'Ada'
  res.end('page')
}

describe('OWASP ASVS 5.0', () => {
  it('7.2.3: ids are 24 random bytes, each once, and each bit is as often set as not', async () => {
    const store = new MapStore()
    const sessions = createSessions({ secret: SECRET, store })
    const ids = new Set<string>()
    for (let i = 0; i < 2000; i++) {
      const opened = await sessions.open(new Request('http://localhost/'))
      ids.add(opened.session?.id as string)
    }
    expect(ids.size).toBe(2000)
    const set = new Array(192).fill(0)
    for (const id of ids) {
      const bytes = Buffer.from(id, 'base64url')
      expect(bytes.length).toBe(24)
      for (let bit = 0; bit < 192; bit++) set[bit] += ((bytes[bit >> 3] as number) >> (bit & 7)) & 1
    }
    // A fair bit is outside of these bounds, nine standard deviations, once in 10^19 times.
    for (const count of set) expect(Math.abs(count - 1000)).toBeLessThan(202)
  })

  it('3.3.1 and 3.3.3: a cookie named __Host- is Secure, of this host only and for all its paths', async () => {
    const app = await start(ours.strict, login, { secret: SECRET }, { tls: true })
    const { setCookie } = await app.get()
    expect(setCookie).toHaveLength(1)
    expect(setCookie[0]).toMatch(/^__Host-sid=/)
    const attributes = (setCookie[0] as string).split('; ').slice(1)
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax']))
    expect(attributes.join()).not.toContain('Domain')
  })

  it('3.3.4: the id reaches the client in Set-Cookie only, out of reach of scripts', async () => {
    const app = await start(ours.strict, login, { secret: SECRET }, { tls: true })
    const reply = await app.get()
    const cookie = readSetCookie(reply, '__Host-sid')
    expect(cookie?.attributes).toMatchObject({ HttpOnly: true })
    const id = /s%3A([\w-]{32})\./.exec(reply.setCookie[0] as string)?.[1] as string
    expect(id).toMatch(/^[\w-]{32}$/)
    const { 'set-cookie': _, ...headers } = reply.headers
    expect(JSON.stringify(headers) + reply.text).not.toContain(id)
  })

  it('3.3.5: the cookie is as short for a session of a megabyte', async () => {
    const handler: Listener = (req, res) => {
      req.session.cart = 'coat '.repeat(200_000)
      res.end()
    }
    const app = await start(ours.strict, handler, { secret: SECRET, name: '__Host-sid' }, { tls: true })
    const [line] = (await app.get()).setCookie
    expect((line as string).length).toBeLessThan(256)
  })
})
