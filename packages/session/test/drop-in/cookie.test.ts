import { describe, expect, it } from 'vitest'
import { implementations } from '../support/implementations.ts'

describe.each(implementations)('$name', ({ session: { Cookie } }) => {
  /** `ms` from now, give or take what a slow machine takes. */
  function near(ms: number) {
    return { asymmetricMatch: (value: unknown) => typeof value === 'number' && Math.abs(value - ms) < 5000 }
  }

  describe('new Cookie()', () => {
    it.each([undefined, null, {}])('Cookie: of %o has the defaults', options => {
      const cookie = new Cookie(options)
      expect([cookie.path, cookie.httpOnly, cookie.maxAge, cookie.expires, cookie.originalMaxAge]).toEqual([
        '/',
        true,
        null,
        null,
        null,
      ])
      expect([cookie.domain, cookie.secure, cookie.sameSite]).toEqual([undefined, undefined, undefined])
    })

    it.each([42, true, 'path=/', () => {}])('Cookie: of %o is a TypeError', options => {
      expect(() => new Cookie(options)).toThrow(TypeError)
      expect(() => new Cookie(options)).toThrow(/options must be an? object/)
    })

    it.each([0, '', false])('Cookie: of %o has the defaults', options => {
      expect(new Cookie(options).path).toBe('/')
    })

    it.each([
      ['path', '/shop'],
      ['domain', 'example.org'],
      ['httpOnly', false],
      ['secure', true],
      ['sameSite', 'lax'],
      ['partitioned', true],
      ['priority', 'high'],
    ])('Cookie: takes %s', (name, value) => {
      const cookie = new Cookie({ [name]: value })
      expect(cookie).toHaveProperty(name, value)
      expect(cookie.data).toHaveProperty(name, value)
    })

    it('Cookie: leaves data in the options out', () => {
      const cookie = new Cookie({ data: { path: '/fake' }, path: '/shop' })
      expect(cookie.data.path).toBe('/shop')
    })

    it('Cookie: leaves the options as they are', () => {
      const options = Object.freeze({ maxAge: 60_000, path: '/shop' })
      expect(new Cookie(options).path).toBe('/shop')
    })

    it('Cookie: takes what another cookie has', () => {
      const one = new Cookie({ maxAge: 60_000, domain: 'example.org' })
      const two = new Cookie(one.data)
      expect(two.expires).toEqual(one.expires)
      expect(two.domain).toBe('example.org')
      expect(two.originalMaxAge).toEqual(near(60_000))
    })
  })

  describe('maxAge and expires', () => {
    it('maxAge: in the options is a distance from now', () => {
      const cookie = new Cookie({ maxAge: 60_000 })
      expect(cookie.maxAge).toEqual(near(60_000))
      expect(cookie.expires?.valueOf()).toEqual(near(Date.now() + 60_000))
      expect(cookie.originalMaxAge).toEqual(near(60_000))
    })

    it('expires: in the options is an instant', () => {
      const expires = new Date(Date.now() + 60_000)
      const cookie = new Cookie({ expires })
      expect(cookie.expires).toBe(expires)
      expect(cookie.maxAge).toEqual(near(60_000))
      expect(cookie.originalMaxAge).toEqual(near(60_000))
    })

    it.each([
      ['maxAge', { expires: new Date(0), maxAge: 60_000 }, 60_000],
      ['expires', { maxAge: 60_000, expires: new Date(0) }, -Date.now()],
    ])('Cookie: %s counts where it stands last in the options', (_, options, expected) => {
      expect(new Cookie(options).maxAge).toEqual(near(expected))
    })

    it.each([null, undefined, false])('maxAge: %s is no end', value => {
      const cookie = new Cookie({ maxAge: 60_000 })
      cookie.maxAge = value
      expect(cookie.expires).toBe(value)
      expect(cookie.maxAge).toBe(value)
      expect(cookie.originalMaxAge).toBe(value)
    })

    it('maxAge: 0 is an end at once', () => {
      const cookie = new Cookie({ maxAge: 0 })
      expect(cookie.expires?.valueOf()).toEqual(near(Date.now()))
      expect(cookie.maxAge).toBeLessThanOrEqual(0)
    })

    it('maxAge: of a Date is the distance to it', () => {
      const cookie = new Cookie({ maxAge: new Date(Date.now() + 60_000) })
      expect(cookie.maxAge).toEqual(near(60_000))
    })

    it.each(['60000', {}, [], true])('maxAge: %o is a TypeError', maxAge => {
      expect(() => new Cookie({ maxAge })).toThrow(TypeError)
      expect(() => new Cookie({ maxAge })).toThrow('maxAge must be a number or Date')
      const cookie = new Cookie()
      expect(() => {
        cookie.maxAge = maxAge
      }).toThrow('maxAge must be a number or Date')
    })

    it.each(['maxAge', 'expires'] as const)('%s: when it is set, originalMaxAge is set too', name => {
      const cookie = new Cookie({ maxAge: 1000 })
      cookie[name] = name === 'maxAge' ? 60_000 : new Date(Date.now() + 60_000)
      expect(cookie.originalMaxAge).toEqual(near(60_000))
    })

    it('maxAge: one that is given again and again does not drift', () => {
      const cookie = new Cookie({ maxAge: 60_000 })
      for (let time = 0; time < 1000; time++) cookie.maxAge = cookie.originalMaxAge
      expect(cookie.originalMaxAge).toEqual(near(60_000))
    })

    it('originalMaxAge: can be given in the options', () => {
      expect(new Cookie({ originalMaxAge: 5000 }).originalMaxAge).toBe(5000)
    })
  })

  describe('serialize', () => {
    it.each([
      [{}, 'n=v; Path=/; HttpOnly'],
      [{ httpOnly: false }, 'n=v; Path=/'],
      [{ path: null }, 'n=v; HttpOnly'],
      [{ expires: new Date(0) }, 'n=v; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly'],
      [{ secure: true, domain: 'example.org' }, 'n=v; Domain=example.org; Path=/; HttpOnly; Secure'],
      [
        { partitioned: true, priority: 'medium', sameSite: 'none' },
        'n=v; Path=/; HttpOnly; Partitioned; Priority=Medium; SameSite=None',
      ],
    ])('serialize: of %o', (options, expected) => {
      expect(new Cookie(options).serialize('n', 'v')).toBe(expected)
    })

    it('serialize: percent-encodes the value', () => {
      expect(new Cookie().serialize('n', 's:a b;c')).toBe('n=s%3Aa%20b%3Bc; Path=/; HttpOnly')
    })

    it('serialize: never writes Max-Age', () => {
      expect(new Cookie({ maxAge: 60_000 }).serialize('n', 'v')).not.toMatch(/max-age/i)
    })

    it.each([
      [{ domain: 'a;b' }, 'option domain is invalid'],
      [{ path: '/;' }, 'option path is invalid'],
      [{ sameSite: 'x' }, 'option sameSite is invalid'],
      [{ priority: 'x' }, 'option priority is invalid'],
      [{ expires: new Date(Number.NaN) }, 'option expires is invalid'],
    ])('serialize: of %o is a TypeError', (options, message) => {
      const cookie = new Cookie(options)
      expect(() => cookie.serialize('n', 'v')).toThrow(TypeError)
      expect(() => cookie.serialize('n', 'v')).toThrow(message)
    })

    it('serialize: refuses a name that a cookie cannot have', () => {
      expect(() => new Cookie().serialize('a b', 'v')).toThrow(/name/)
    })
  })

  describe('data and toJSON', () => {
    it.each(['data', 'toJSON'] as const)('%s: has its keys in their order', name => {
      const cookie = new Cookie({ sameSite: 'lax', domain: 'example.org', secure: true, maxAge: 1000 })
      const data = name === 'data' ? cookie.data : cookie.toJSON()
      expect(Object.keys(data)).toEqual([
        'originalMaxAge',
        'partitioned',
        'priority',
        'expires',
        'secure',
        'httpOnly',
        'domain',
        'path',
        'sameSite',
      ])
    })

    it('toJSON: of a plain cookie is what stores have had since ever', () => {
      const json = '{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}'
      expect(JSON.stringify(new Cookie())).toBe(json)
    })

    it('toJSON: a full cookie comes back from its JSON', () => {
      const options = {
        domain: 'example.org',
        secure: true,
        httpOnly: false,
        path: '/shop',
        sameSite: 'strict',
      }
      const cookie = new Cookie({ ...options, priority: 'low', partitioned: true })
      const again = new Cookie(JSON.parse(JSON.stringify(cookie)))
      expect(again.data).toEqual(cookie.data)
    })
  })
})
