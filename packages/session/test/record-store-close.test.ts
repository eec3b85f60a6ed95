import { expect, it } from 'vitest'
import { deferred } from './support/http.ts'
import { MapStore } from './support/map-backend.ts'

const session = (n: number) => ({ cookie: { path: '/' }, n }) as never

/** A store whose reads wait until they are let go. */
class GatedStore extends MapStore {
  readonly reading: { promise: Promise<void>; resolve: () => void } = deferred()
  readonly gate: { promise: Promise<void>; resolve: () => void } = deferred()

  protected override async _read(sid: string): ReturnType<MapStore['_read']> {
    this.reading.resolve()
    await this.gate.promise
    return super._read(sid)
  }
}

it.each(['promise', 'callback'])('close: waits for what is under way, by %s', async style => {
  const store = new GatedStore()
  await store.set('a', session(1))
  const got = new Promise(resolve => {
    if (style === 'callback') store.get('a', (error, data) => resolve(error ?? data))
    else store.get('a').then(resolve, resolve)
  })
  await store.reading.promise
  const order: string[] = []
  const closing = store.close().then(() => order.push('closed'))
  got.then(() => order.push('got'))
  const late = store.get('a').catch(error => error.code)
  expect(await late).toBe('ERR_SESSION_STORE_CLOSED')
  expect(store.calls).not.toContain('close')
  store.gate.resolve()
  expect(await got).toMatchObject({ n: 1 })
  await closing
  expect(order).toEqual(['got', 'closed'])
})

it('close: also after a call that failed', async () => {
  const store = new MapStore()
  store.failing = { read: new Error('away') }
  await expect(store.get('a')).rejects.toThrow('away')
  await store.close()
  expect(store.calls).toContain('close')
})

it('close: entries that are being read end with a code', async () => {
  const store = new MapStore()
  for (const sid of ['a', 'b', 'c']) await store.set(sid, session(1))
  const seen: string[] = []
  const reading = (async () => {
    for await (const [sid] of store.entries()) {
      seen.push(sid)
      await store.close()
    }
  })()
  await expect(reading).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
  expect(seen).toEqual(['a'])
})

it('close: an iteration that was given up does not keep it waiting', async () => {
  const store = new MapStore()
  for (const sid of ['a', 'b']) await store.set(sid, session(1))
  const abandoned = store.entries()
  await abandoned.next()
  await store.close()
  expect(store.calls).toContain('close')
})

it('close: prune stops after the batch that it is at', async () => {
  const store = new MapStore()
  await store.set('a', session(1))
  const batch = deferred()
  const begun = deferred()
  let batches = 0
  Object.assign(store, {
    async _prune(limit: number) {
      batches++
      begun.resolve()
      await batch.promise
      return limit
    },
  })
  const pruning = store.prune()
  await begun.promise
  const closing = store.close()
  batch.resolve()
  expect(await pruning).toBe(1000)
  await closing
  expect(batches).toBe(1)
})
