import type { RecordStoreOptions, Renewal, StoredRecord } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { MapStore } from './support/map-backend.ts'

/** Notes what it is asked to renew, and says that it did. */
class RenewingStore extends MapStore {
  readonly asked: (Renewal | undefined)[] = []

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    this.asked.push(renewal)
    const record = await super._read(sid)
    return record && renewal ? { ...record, renewed: true } : record
  }
}

const session = { cookie: { originalMaxAge: 60_000, path: '/' }, n: 1 }

async function asked(renew: number | null | undefined, options?: RecordStoreOptions) {
  const store = new RenewingStore(options)
  await store.get('a', undefined, { renew })
  return store.asked[0]
}

function noteOf(found: object | undefined): unknown {
  return (found as Record<symbol, unknown>)[Symbol.for('coatcheck.read')]
}

describe('renew', () => {
  it('renew: the backend is told how the text begins and how long it lasts', async () => {
    expect(await asked(60_000)).toEqual({ prefix: '{"cookie":{"originalMaxAge":60000,', ttl: 60_000 })
    expect(await asked(null, { ttl: 5000 })).toEqual({
      prefix: '{"cookie":{"originalMaxAge":null,',
      ttl: 5000,
    })
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1' as never, true as never, undefined])(
    'renew: %s asks for a read',
    async renew => {
      expect(await asked(renew)).toBeUndefined()
    },
  )

  it('renew: with a codec of its own, and outside of get, nothing is renewed', async () => {
    const codec = { stringify: (value: object) => JSON.stringify(value), parse: JSON.parse }
    expect(await asked(60_000, { codec })).toBeUndefined()
    const store = new RenewingStore()
    await store.set('a', session as never)
    await store.update('a', () => ({ n: 2 }))
    expect(store.asked).toEqual([undefined])
  })

  it('renew: the session tells, by callback and by promise, and shows the end that it had', async () => {
    const store = new RenewingStore()
    const expires = new Date(Date.now() + 1000).toISOString()
    await store.set('a', { ...session, cookie: { ...session.cookie, expires } } as never)
    const found = await store.get('a', undefined, { renew: 60_000 })
    expect(noteOf(found)).toMatchObject({ renewed: true })
    expect(new Date(found!.cookie.expires as never).valueOf()).toBeLessThanOrEqual(Date.now() + 1000)
    expect(noteOf(await store.get('a'))).toMatchObject({ renewed: false })
    const called = await new Promise<object | undefined>((resolve, reject) => {
      store.get('a', (error, value) => (error ? reject(error) : resolve(value)), { renew: 60_000 })
    })
    expect(noteOf(called)).toMatchObject({ renewed: true })
  })

  it('renew: a backend that ignores it reads', async () => {
    const store = new MapStore()
    await store.set('a', session as never)
    const found = await store.get('a', undefined, { renew: 60_000 })
    expect(found).toMatchObject({ n: 1 })
    expect(noteOf(found)).toMatchObject({ renewed: false })
  })
})
