import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Listener } from '../support/http.ts'
import { start } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'

/** Short, and long enough that a timer which is late on a busy machine finds the session alive. */
const LIFETIME = 2000

const slow: Listener = async (req, res) => {
  if (req.url === '/login') req.session.user = 'Ada'
  if (req.url === '/order') {
    // Three lifetimes: what keeps the session alive has to do so again and again.
    await sleep(LIFETIME * 3)
    req.session.order = 7
  }
  res.end(String(req.session.user))
}

function app(store: MapStore, onError: (error: unknown) => void) {
  return start(ours.strict as never, slow, { store, cookie: { maxAge: LIFETIME }, onError } as never)
}

it('lifetime: a session that is valid when a request arrives stays so until the request has ended', async () => {
  const store = new MapStore()
  const told: unknown[] = []
  const { get } = await app(store, error => told.push(error))
  const cookie = await get('/login')
  const reply = await get('/order', { cookie })
  expect([reply.status, reply.text, told]).toEqual([200, 'Ada', []])
  expect(dataIn(store)).toEqual([{ user: 'Ada', order: 7 }])
  expect((await get('/', { cookie: reply.setCookie.length ? reply : cookie })).text).toBe('Ada')
})

it('lifetime: a session that is destroyed meanwhile is not kept alive, and the save is no success', async () => {
  const store = new MapStore()
  const { get } = await app(store, () => {})
  const cookie = await get('/login')
  const order = get('/order', { cookie })
  await sleep(LIFETIME / 4)
  await store.clear()
  expect((await order).status).toBe(500)
  expect(store.rows.size).toBe(0)
})
