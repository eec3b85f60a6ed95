import { describe, expect, it } from 'vitest'
import { signedValue } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import type { Door, Got, Handler } from './door.ts'

const pages: Handler = async exchange => {
  const { path, session } = exchange
  if (!session) return { body: 'no session' }
  if (path === '/logout') {
    await session.destroy()
    return { body: 'out' }
  }
  const [, action, key, value] = path.split('/') as string[]
  if (action === 'put') session[key!] = value
  return { body: `user: ${session.user ?? 'nobody'}` }
}

interface Tenant {
  readonly name: string
  readonly secret: string
  readonly store: MapStore
}

function tenantOf(name: string, secret: string = `the secret of ${name}, which is long`): Tenant {
  return { name, secret, store: new MapStore() }
}

function cookieIn({ setCookie }: Got): string {
  return setCookie.map(line => line.split(';')[0]).join('; ')
}

/** What every door does with options that depend on the request. */
export function describeTenants(door: Door): void {
  async function start(tenants: readonly Tenant[], options: object = {}) {
    const tenant = (origin: unknown): Tenant => {
      const name = door.header(origin, 'X-Tenant')
      const found = tenants.find(one => one.name === name)
      if (!found) throw new Error(`no tenant ${name}`)
      return found
    }
    const app = await door.start(pages, {
      name: (origin: unknown) => `${tenant(origin).name}.sid`,
      secret: (origin: unknown) => tenant(origin).secret,
      store: (origin: unknown) => tenant(origin).store,
      ...options,
    })
    return (name: string, path = '/me', cookie = '') =>
      app.request(path, { cookie, headers: { 'X-Tenant': name } })
  }

  describe(`tenants: ${door.name}`, () => {
    it('each tenant has a cookie of its own name and secret, and sessions in its own store', async () => {
      const [acme, globex] = [tenantOf('acme'), tenantOf('globex')]
      const get = await start([acme, globex])
      const ada = cookieIn(await get('acme', '/put/user/Ada'))
      const bob = cookieIn(await get('globex', '/put/user/Bob'))
      const [id] = acme.store.rows.keys()
      expect(ada).toBe(`acme.sid=${encodeURIComponent(signedValue(id!, acme.secret))}`)
      expect(bob).toMatch(/^globex\.sid=/)
      expect([dataIn(acme.store), dataIn(globex.store)]).toEqual([[{ user: 'Ada' }], [{ user: 'Bob' }]])
      expect((await get('acme', '/me', ada)).text).toBe('user: Ada')
      expect((await get('globex', '/me', bob)).text).toBe('user: Bob')
    })

    it.each([
      ['two secrets and two stores', tenantOf('globex')],
      ['one secret and two stores', tenantOf('globex', tenantOf('acme').secret)],
    ])('with %s, a session of one tenant never opens at another', async (_, globex) => {
      const acme = tenantOf('acme')
      const get = await start([acme, globex])
      const [, value] = cookieIn(await get('acme', '/put/user/Ada')).split('=')
      const [id] = acme.store.rows.keys()
      for (const stolen of [
        `globex.sid=${value}`,
        `acme.sid=${value}`,
        `acme.sid=${value}; globex.sid=${value}`,
      ]) {
        expect((await get('globex', '/me', stolen)).text).toBe('user: nobody')
        await get('globex', '/put/seen/yes', stolen)
        await get('globex', '/logout', stolen)
      }
      expect([...globex.store.rows.keys()]).not.toContain(id)
      expect(dataIn(acme.store)).toEqual([{ user: 'Ada' }])
    })

    it('with two secrets and one store, a session of one tenant never opens at another', async () => {
      const acme = tenantOf('acme')
      const globex = { ...tenantOf('globex'), store: acme.store }
      const get = await start([acme, globex], { name: 'sid' })
      const cookie = cookieIn(await get('acme', '/put/user/Ada'))
      expect((await get('globex', '/me', cookie)).text).toBe('user: nobody')
      await get('globex', '/logout', cookie)
      expect((await get('acme', '/me', cookie)).text).toBe('user: Ada')
    })

    it('a logout at one tenant leaves a session of the same id at another', async () => {
      const secret = tenantOf('both').secret
      const [acme, globex] = [tenantOf('acme', secret), tenantOf('globex', secret)]
      const get = await start([acme, globex], { name: 'sid', genid: () => 'one-id' })
      const cookie = cookieIn(await get('acme', '/put/user/Ada'))
      await get('globex', '/put/user/Bob')
      await Promise.all([get('acme', '/put/a/1', cookie), get('globex', '/put/b/2', cookie)])
      expect([dataIn(acme.store), dataIn(globex.store)]).toEqual([
        [{ user: 'Ada', a: '1' }],
        [{ user: 'Bob', b: '2' }],
      ])
      await get('acme', '/logout', cookie)
      expect((await get('globex', '/put/c/3', cookie)).text).toBe('user: Bob')
      expect([dataIn(acme.store), dataIn(globex.store)]).toEqual([[], [{ user: 'Bob', b: '2', c: '3' }]])
    })

    it('a store that is unavailable fails the requests of its tenant only', async () => {
      const [acme, globex] = [tenantOf('acme'), tenantOf('globex')]
      const get = await start([acme, globex])
      await get('acme')
      acme.store.emit('disconnect')
      expect((await get('acme')).status).toBe(500)
      expect((await get('globex')).text).toBe('user: nobody')
      acme.store.emit('connect')
      expect((await get('acme')).text).toBe('user: nobody')
    })

    it('an exception of the function is an error of the request', async () => {
      const get = await start([tenantOf('acme')])
      expect(await get('nobody')).toMatchObject({
        status: 500,
        text: 'error: no tenant nobody',
        setCookie: [],
      })
      expect((await get('acme')).status).toBe(200)
    })

    it.each([
      ['name', undefined, /^error: name option/],
      ['name', 'no name', /^error: name option/],
      ['secret', undefined, /^error: secret option/],
      ['secret', [''], /^error: secret option/],
      ['secret', Promise.resolve('a secret of thirty-two characters'), /^error: secret option/],
      ['store', undefined, /^error: store option/],
      ['store', {}, /^error: store option/],
    ])(
      'a function %s that returns %o fails the request with the name of the option',
      async (option, value, text) => {
        const get = await start([tenantOf('acme')], { [option]: () => value })
        const reply = await get('acme')
        expect(reply.status).toBe(500)
        expect(reply.text).toMatch(text)
      },
    )
  })
}
