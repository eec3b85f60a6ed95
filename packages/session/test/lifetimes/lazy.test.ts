import { createSessions } from '@coatcheck/session/fetch'
import { expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'

const secret = 'a secret of thirty-two characters'

function shop() {
  const store = new MapStore()
  const sessions = createSessions<{ visits: number }>({ secret, store })
  async function serve(path: string, cookie = ''): Promise<Response> {
    const request = new Request(`http://localhost${path}`, { headers: { cookie } })
    const lazy = sessions.lazy(request)
    if (path === '/public') return lazy.commit(new Response('public'))
    const [{ session }, again] = await Promise.all([lazy.open(), lazy.open()])
    if (!session) throw new Error('no session')
    session.visits = (session.visits ?? 0) + 1
    return lazy.commit(new Response(`${session.visits} ${again.session === session}`))
  }
  return { store, serve }
}

const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] as string

it('lazy: a request that does not use the session does not call the store, and gets no cookie', async () => {
  const { store, serve } = shop()
  const cookie = cookieOf(await serve('/'))
  store.calls.length = 0
  const response = await serve('/public', cookie)
  expect(await response.text()).toBe('public')
  expect([store.calls, response.headers.getSetCookie()]).toEqual([[], []])
})

it('lazy: a request that uses the session reads it once, and saves it with the response', async () => {
  const { store, serve } = shop()
  const cookie = cookieOf(await serve('/'))
  store.calls.length = 0
  expect(await (await serve('/', cookie)).text()).toBe('2 true')
  expect(store.calls).toEqual(['read', 'update'])
})

it('lazy: a session that cannot be read fails where it is used', async () => {
  const { store, serve } = shop()
  const cookie = cookieOf(await serve('/'))
  store.failing.read = new Error('store down')
  await expect(serve('/', cookie)).rejects.toThrow('store down')
  expect(await (await serve('/public', cookie)).text()).toBe('public')
})
