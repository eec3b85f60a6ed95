import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionData } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { MapStore } from './support/map-backend.ts'

const HOUR = 3_600_000

function session(cookie: object, rest: object = {}): SessionData {
  return { cookie: { originalMaxAge: null, httpOnly: true, path: '/', ...cookie }, ...rest } as never
}

/** Milliseconds that a session of this cookie is kept. */
async function kept(cookie: object, store = new MapStore()): Promise<number> {
  await store.set('known', session(cookie))
  return store.rows.get('known')!.expires - Date.now()
}

function about(ms: number) {
  return { asymmetricMatch: (value: unknown) => Math.abs((value as number) - ms) < 1000 }
}

describe('lifetime', () => {
  it.each([
    ['expires as a Date', () => ({ expires: new Date(Date.now() + HOUR) })],
    ['expires as ISO text', () => ({ expires: new Date(Date.now() + HOUR).toISOString() })],
    ['expires as a number', () => ({ expires: Date.now() + HOUR })],
    ['maxAge alone', () => ({ maxAge: HOUR })],
    ['expires and another maxAge', () => ({ expires: new Date(Date.now() + HOUR), maxAge: 1 })],
  ])('lifetime: is read from %s', async (_, cookie) => {
    expect(await kept(cookie())).toEqual(about(HOUR))
  })

  it.each([{}, { expires: null }, { expires: false }, { expires: null, maxAge: null }])(
    'lifetime: with %o it is the option ttl, one day by default',
    async cookie => {
      expect(await kept(cookie)).toEqual(about(24 * HOUR))
      expect(await kept(cookie, new MapStore({ ttl: HOUR }))).toEqual(about(HOUR))
    },
  )

  it.each([
    { expires: 'soon' },
    { expires: new Date('soon') },
    { maxAge: Number.NaN },
    { maxAge: Number.POSITIVE_INFINITY },
  ])('lifetime: %o is an error, and nothing is kept', async cookie => {
    const store = new MapStore()
    await expect(store.set('known', session(cookie))).rejects.toMatchObject({ code: 'ERR_SESSION_EXPIRES' })
    expect(store.rows.size).toBe(0)
  })

  it.each([{ expires: new Date(0) }, { expires: new Date(0).toISOString() }, { maxAge: 0 }, { maxAge: -1 }])(
    'set: with %o removes the session',
    async cookie => {
      const store = new MapStore()
      await store.set('known', session({ maxAge: HOUR }))
      await store.set('known', session(cookie))
      expect(store.rows.size).toBe(0)
    },
  )

  it('touch: to a time that is past removes the session', async () => {
    const store = new MapStore()
    await store.set('known', session({ maxAge: HOUR }))
    await store.touch('known', session({ maxAge: 0 }))
    expect(await store.get('known')).toBeUndefined()
  })
})

describe('touch', () => {
  it('touch: get shows the expiry that it has set', async () => {
    const store = new MapStore()
    const at = (ms: number) => ({ expires: new Date(Date.now() + ms), originalMaxAge: ms })
    await store.set('known', session(at(HOUR), { user: 'Ada' }))
    await store.touch('known', session(at(2 * HOUR), { user: 'Eve' }))
    const found = await store.get('known')
    expect(new Date(found!.cookie.expires as never).valueOf() - Date.now()).toEqual(about(2 * HOUR))
    expect(found).toMatchObject({ user: 'Ada' })
  })

  it('touch: gives no expiry to a cookie that ends with the browser', async () => {
    const store = new MapStore()
    await store.set('known', session({ expires: null }))
    await store.touch('known', session({ expires: null }))
    expect((await store.get('known'))!.cookie.expires).toBeNull()
  })

  it('touch: of a session that is not there inserts nothing, and is no error', async () => {
    const store = new MapStore()
    expect(await store.touch('unknown', session({ maxAge: HOUR }))).toBe(false)
    expect(store.rows.size).toBe(0)
  })

  it('touch: does not bring back an expired session', async () => {
    const store = new MapStore({ pruneInterval: false })
    await store.set('known', session({ maxAge: 20 }))
    await sleep(40)
    expect(await store.touch('known', session({ maxAge: HOUR }))).toBe(false)
    expect(await store.get('known')).toBeUndefined()
  })
})

describe('set of a session that was loaded', () => {
  const set = async () => {
    const store = new MapStore()
    await store.set('known', session({ maxAge: HOUR }, { user: 'Ada' }))
    return { store, loaded: (await store.get('known'))! }
  }

  it('set: replaces it', async () => {
    const { store, loaded } = await set()
    await store.set('known', Object.assign(loaded, { user: 'Grace' }))
    expect(await store.get('known')).toMatchObject({ user: 'Grace' })
  })

  it('set: again, without reading it in between', async () => {
    const { store, loaded } = await set()
    await store.set('known', Object.assign(loaded, { step: 1 }))
    await store.set('known', Object.assign(loaded, { step: 2 }))
    expect(await store.get('known')).toMatchObject({ step: 2 })
  })

  it('set: after a touch, which changes no data', async () => {
    const { store, loaded } = await set()
    await store.touch('known', session({ maxAge: 2 * HOUR }))
    await store.set('known', Object.assign(loaded, { user: 'Grace' }))
    expect(await store.get('known')).toMatchObject({ user: 'Grace' })
  })

  it('set: fails when it was destroyed, and does not bring it back', async () => {
    const { store, loaded } = await set()
    await store.destroy('known')
    await expect(store.set('known', loaded)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(store.rows.size).toBe(0)
  })

  it('set: fails when another has changed it, and leaves that', async () => {
    const { store, loaded } = await set()
    await store.set('known', Object.assign((await store.get('known'))!, { user: 'Grace' }))
    await expect(store.set('known', Object.assign(loaded, { user: 'Eve' }))).rejects.toMatchObject({
      code: 'ERR_SESSION_CHANGED',
    })
    expect(await store.get('known')).toMatchObject({ user: 'Grace' })
  })

  it('set: under another id is an insert', async () => {
    const { store, loaded } = await set()
    await store.set('copy', loaded)
    expect(await store.ids()).toEqual(['known', 'copy'])
  })

  it('set: of a copy that went through JSON inserts or replaces, as express-session expects', async () => {
    const { store, loaded } = await set()
    await store.destroy('known')
    await store.set('known', JSON.parse(JSON.stringify(loaded)))
    expect(await store.length()).toBe(1)
  })
})
