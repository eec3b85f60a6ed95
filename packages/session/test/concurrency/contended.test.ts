import type { UpdateResult } from '@coatcheck/session'
import { expect, it } from 'vitest'
import { start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { quiet } from '../support/overtaken.ts'

/** Milliseconds. A busy machine may need a second for two requests. */
const LIFETIME = 2000

/** Somebody else is always faster, for so many milliseconds, and keeps the session alive. */
class ContendedStore extends MapStore {
  contended = 0
  #end = 0

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
  ): Promise<UpdateResult> {
    if (this.contended && !this.#end) this.#end = Date.now() + this.contended
    if (Date.now() >= this.#end) return super._update(sid, data, ttl, expected)
    await this._touch(sid, LIFETIME)
    return 'changed'
  }
}

it('merge: the lifetime counts from the attempt that succeeds', async () => {
  const store = new ContendedStore()
  const app = await start(
    ours,
    (req, res) => {
      if (req.url === '/read') return res.end(String(req.session.count))
      req.session.count = Number(req.session.count ?? 0) + 1
      res.end()
    },
    { ...quiet, store, conflict: 'merge', cookie: { maxAge: LIFETIME } },
  )
  const login = await app.get('/')
  store.contended = LIFETIME * 1.5
  await app.get('/', { cookie: login })
  expect((await app.get('/read', { cookie: login })).text).toBe('2')
})

it('update: is tried again until nobody else is faster', async () => {
  const store = new ContendedStore()
  await store.set('sid', { cookie: new ours.Cookie({ maxAge: 60_000 }), count: 1 } as never)
  store.contended = 200
  await store.update('sid', session => {
    session.count = 2
  })
  expect(await store.get('sid')).toMatchObject({ count: 2 })
})
