import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { type Listener, signed, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapUsed(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

it('ids: those that are remembered of destroyed sessions do not keep the Cookie headers that they came in', async () => {
  const ids = Array.from({ length: 1200 }, (_, i) => `an-id-of-a-session-${i}`)
  const store = storeWith(ours, Object.fromEntries(ids.map(id => [id, { user: 'Ada' }])))
  const handler: Listener = async (req, res) => {
    await req.session.destroy()
    res.end('bye')
  }
  const app = await start(ours, handler, { store, resave: false, saveUninitialized: false })
  const padding = `; padding=${'x'.repeat(14_000)}`
  const logOut = async (some: readonly string[]): Promise<void> => {
    // Not percent-encoded: decoding would make a copy.
    for (const id of some) await app.get('/', { cookie: decodeURIComponent(signed(id)) + padding })
  }
  await logOut(ids.slice(0, 200))
  const before = heapUsed()
  await logOut(ids.slice(200))
  // The headers are 14 MB.
  expect(heapUsed() - before).toBeLessThan(7_000_000)
  expect(Object.keys(store.sessions)).toEqual([])
})
