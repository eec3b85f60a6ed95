import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { deferred, type Listener, readId, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { json, quiet } from '../support/overtaken.ts'
import type { Options, Request } from '../support/types.ts'

// Two stores on one file know as little of each other as two processes do.

async function twoServers(options: Options) {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-'))
  const stores = [0, 1].map(() => SqliteStore.open(join(folder, 'sessions.db')))
  onTestFinished(async () => {
    for (const store of stores) await store.close()
    await rm(folder, { recursive: true })
  })
  const [arrived, release] = [deferred(), deferred()]
  const work: Record<string, Listener> = {
    '/begin': req => Object.assign(req.session, { user: 'Ada' }),
    '/rotate': req => rotate(req),
    '/destroy': req => req.session.destroy(),
    '/write': req => Object.assign(req.session, { visits: 1 }),
    '/read': () => {},
  }
  const handler: Listener = async (req, res) => {
    if (req.headers['x-wait']) {
      arrived.resolve()
      await release.promise
    }
    await work[req.url!]?.(req, res)
    res.end(json(req))
  }
  const [here, there] = await Promise.all(
    stores.map(store => start(ours, handler, { store, ...quiet, ...options })),
  )
  const cookie = await here!.get('/begin')
  return {
    cookie,
    here: here!,
    there: there!,
    /** There is a request under way while another one is done here. */
    async race(slow: string, fast: string) {
      const reply = there!.get(slow, { cookie, headers: { 'x-wait': 'yes' } })
      await arrived.promise
      const overtaking = await here!.get(fast, { cookie })
      release.resolve()
      return [await reply, overtaking] as const
    },
  }
}

const rotate = (req: Request) =>
  (req.session.regenerate as (options: object) => unknown)({ keep: true, grace: 60_000 })

it.each(['merge', 'error'])(
  'processes: a save in flight goes to the new id, with conflict %o',
  async conflict => {
    const { race, cookie, here, there } = await twoServers({ conflict })
    const [slow, fast] = await race('/write', '/rotate')
    expect(readId(slow)).toBe(readId(fast))
    const all = '{"user":"Ada","visits":1}'
    for (const app of [here, there]) {
      expect((await app.get('/', { cookie })).text).toBe(all)
      expect((await app.get('/', { cookie: fast })).text).toBe(all)
    }
  },
)

it('processes: two that replace the id at once end with one', async () => {
  const { race, cookie, here } = await twoServers({ conflict: 'merge' })
  const [slow, fast] = await race('/rotate', '/rotate')
  expect(readId(slow)).toBe(readId(fast))
  expect((await here.get('/', { cookie })).text).toBe('{"user":"Ada"}')
})

it('processes: a session that was destroyed is not given a new id', async () => {
  const { race, cookie, here } = await twoServers({ conflict: 'merge' })
  const [slow] = await race('/rotate', '/destroy')
  expect(slow.status).toBe(500)
  expect((await here.get('/', { cookie })).text).toBe('{}')
  expect((await here.get('/', { cookie: slow })).text).toBe('{}')
})

it('processes: a touch in flight leaves the pointer as short-lived as it was', async () => {
  const { race, cookie, there } = await twoServers({ conflict: 'merge', cookie: { maxAge: 600_000 } })
  const [, fast] = await race('/read', '/rotate')
  expect(readId(await there.get('/read', { cookie }))).toBe(readId(fast))
})
