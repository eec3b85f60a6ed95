import { Cookie } from '@coatcheck/session'
import { MemoryStore } from '@coatcheck/store-memory'
import { describe, expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'

const cookie = new Cookie({ maxAge: 600_000 })

describe('the option "owner"', () => {
  it('may be a path of keys, or a function of the session', async () => {
    const byPath = new MemoryStore({ owner: 'user.id' })
    await byPath.set('a', { cookie, user: { id: 7 } })
    await byPath.set('b', { cookie, user: 'nobody' })
    await byPath.set('c', { cookie, user: null })
    expect(await byPath.countOf(7)).toBe(1)
    const byFunction = new MemoryStore({ owner: session => session.passport?.user })
    await byFunction.set('a', { cookie, passport: { user: 'ada' } })
    await byFunction.set('b', { cookie })
    expect(await byFunction.countOf('ada')).toBe(1)
  })

  it('of a wrong kind is a TypeError that names it', () => {
    for (const owner of ['', 'a..b', 5, {}]) {
      expect(() => new MemoryStore({ owner: owner as string })).toThrow(/^The option "owner" must be a key/)
    }
  })

  it('needs a backend with an index', () => {
    expect(() => new MapStore({ owner: 'user' })).toThrow(
      expect.objectContaining({
        code: 'ERR_SESSION_NO_OWNERS',
        message: 'The option "owner" needs a store with the hook _owned',
      }),
    )
  })

  it('without it, the methods say which option they need', async () => {
    const store = new MemoryStore()
    const failure = {
      name: 'TypeError',
      code: 'ERR_SESSION_NO_OWNERS',
      message: expect.stringMatching(/"owner"/),
    }
    await expect(store.countOf('ada')).rejects.toMatchObject(failure)
    await expect(store.destroyAllOf('ada')).rejects.toMatchObject(failure)
    await expect(store.sessionsOf('ada').next()).rejects.toMatchObject(failure)
  })

  it('an owner that could be the same for two users fails the save', async () => {
    const store = new MemoryStore({ owner: 'user' })
    for (const user of [{ id: 1 }, true, Number.NaN]) {
      await expect(store.set('a', { cookie, user })).rejects.toThrow(TypeError)
    }
    await expect(store.countOf('')).rejects.toThrow(/owner/)
  })

  it('an id of a database driver counts as its text', async () => {
    const store = new MemoryStore({ owner: 'user' })
    await store.set('a', { cookie, user: { toJSON: () => '507f1f77' } })
    expect(await store.countOf('507f1f77')).toBe(1)
  })

  it('keys that are inherited are no owners', async () => {
    const store = new MemoryStore({ owner: 'constructor.name' })
    await store.set('a', { cookie })
    expect(await store.countOf('Object')).toBe(0)
  })
})
