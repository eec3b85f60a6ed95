import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Listener, readId } from '../support/http.ts'
import { overtake } from '../support/overtaken.ts'

const client = createClient({ url: inject('redisUrl') })
beforeAll(() => client.connect())
afterAll(() => client.close())

let count = 0
const makeStore = () => new RedisStore({ client, prefix: `departed ${process.pid} ${count++}:` })

const destroy: Listener = req => req.session.destroy()
const rotate: Listener = req => (req.session.regenerate as (o: object) => unknown)(rotation)
const rotation = { keep: true, grace: 60_000 }
const write: Listener = req => {
  req.session.visits = 1
}
const read: Listener = () => {}

describe('connect-redis', () => {
  it.each([
    ['writes', write, {}],
    ['only reads', read, {}],
    ['is resaved', read, { resave: true }],
    ['is rolling', read, { rolling: true }],
  ])('gone: a request that %s does not bring a session back', async (_, work, options) => {
    const seen = await overtake(makeStore(), destroy, work, options)
    expect([seen.old, seen.slow.setCookie, seen.errors]).toEqual([{}, [], []])
  })

  it('gone: changes that are dropped are told', async () => {
    const { heard } = await overtake(makeStore(), destroy, write)
    expect(heard).toMatchObject([{ code: 'ERR_SESSION_GONE' }])
  })

  it('grace: a request in flight is saved under the new id, and ends with it', async () => {
    const seen = await overtake(makeStore(), rotate, write)
    const all = { user: 'Ada', cart: 1, visits: 1 }
    expect([readId(seen.slow), seen.byFast, seen.old]).toEqual([readId(seen.fast), all, all])
  })

  it('grace: two that replace the id at once end with one, and a destroy in flight ends both', async () => {
    const both = await overtake(makeStore(), rotate, rotate)
    expect(readId(both.slow)).toBe(readId(both.fast))
    const ended = await overtake(makeStore(), rotate, destroy)
    expect([ended.old, ended.byFast]).toEqual([{}, {}])
  })
})
