import { expect, it } from 'vitest'
import { type Listener, signed, start } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'

const WRITERS = 200

/** Each request adds a key of its own, once all of them have read the session. */
function together(count: number): Listener {
  let arrived = 0
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return async (req, res) => {
    if (++arrived === count) open()
    await opened
    req.session[`key${req.url?.slice(1)}`] = 1
    res.end()
  }
}

it('many writers: the saves of one process queue up, and none is refused', async () => {
  const store = new MapStore()
  await store.set('shared', { cookie: { originalMaxAge: null }, user: 'Ada' })
  const app = await start(ours.strict as never, together(WRITERS), { store } as never)
  const cookie = signed('shared')
  const replies = await Promise.all(Array.from({ length: WRITERS }, (_, i) => app.get(`/${i}`, { cookie })))
  expect(replies.filter(({ status }) => status !== 200)).toEqual([])
  expect(Object.keys(dataIn(store)[0] as object)).toHaveLength(WRITERS + 1)
  // One write for each, and no second attempt: nobody else has written.
  expect(store.calls.filter(call => call === 'update')).toHaveLength(WRITERS)
  expect(store.calls.filter(call => call === 'read')).toHaveLength(WRITERS)
})

it("many writers: with conflict: 'error' the second of two is refused", async () => {
  const store = new MapStore()
  await store.set('shared', { cookie: { originalMaxAge: null } })
  const app = await start(ours.strict as never, together(2), { store, conflict: 'error' } as never)
  const cookie = signed('shared')
  const replies = await Promise.all(['/0', '/1'].map(path => app.get(path, { cookie })))
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 500])
})
