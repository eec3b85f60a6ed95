import { MemoryStore } from '@coatcheck/store-memory'
import { describe, expect, it } from 'vitest'

const MINUTE = 60_000

/** Shows what the base class is told. */
class Shown extends MemoryStore {
  destroyed(sid: string) {
    return this._destroy(sid)
  }

  exchanged(old: string, sid: string, data: string, required: boolean) {
    return this._exchange(old, sid, data, MINUTE, required)
  }
}

function sessionOf(data: object, maxAge = MINUTE): never {
  return { cookie: { originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge) }, ...data } as never
}

async function filled(options = {}) {
  const store = new Shown(options)
  await store.set('a', sessionOf({ user: 'Ada' }))
  await store.set('over', sessionOf({}, 1))
  while (await store.get('over'));
  return store
}

describe('what a store tells of the session that it removes', () => {
  it('destroy: gives its text, and nothing of one that has expired or was not there', async () => {
    const store = await filled()
    expect(JSON.parse(String(await store.destroyed('a')))).toMatchObject({ user: 'Ada' })
    for (const sid of ['a', 'over', 'none']) expect(await store.destroyed(sid)).toBe(false)
  })

  it('exchange: gives the text of the old one', async () => {
    const store = await filled()
    const text = await store.exchanged('a', 'b', '{"cookie":{},"n":1}', true)
    expect(JSON.parse(String(text))).toMatchObject({ user: 'Ada' })
    expect(await store.exchanged('a', 'c', '{"cookie":{}}', true)).toBe(false)
    expect(await store.exchanged('over', 'd', '{"cookie":{}}', false)).toBe(false)
    expect((await store.ids()).sort()).toEqual(['b', 'd'])
  })

  it('exchange: there is no moment with both sessions, nor one with none', async () => {
    const store = await filled()
    const exchanged = store.exchanged('a', 'b', '{"cookie":{}}', true)
    expect(store.usage().sessions).toBe(1)
    await exchanged
    expect(await store.ids()).toEqual(['b'])
  })

  it('exchange: a new session that is too large leaves the old one', async () => {
    const store = await filled({ maxBytes: 1000 })
    const large = store.exchanged('a', 'b', JSON.stringify({ cookie: {}, text: 'x'.repeat(2000) }), true)
    await expect(large).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })
})
