import { expect, it, onTestFinished, vi } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'

const login: Listener = async (req, res) => {
  if (req.url === '/login') {
    await (req.session.regenerate as never as (options: object) => Promise<void>)({ data: { user: 'Ada' } })
  }
  res.end(String(req.session.user))
}

it.each([
  ['a RecordStore', () => new MapStore()],
  ['the MemoryStore', () => new ours.MemoryStore()],
])('fake timers: requests on %s do not stand still', async (_, makeStore) => {
  const store = makeStore()
  const app = await start(ours.strict as never, login, { store, storeTimeout: 60_000 } as never)
  // What Vitest, Jest and Sinon replace by default, without the timers that Node's own HTTP server takes from there.
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'setInterval'],
  })
  onTestFinished(() => void vi.useRealTimers())
  const cookie = await app.get('/login')
  expect(cookie.text).toBe('Ada')
  expect((await app.get('/', { cookie })).text).toBe('Ada')
})
