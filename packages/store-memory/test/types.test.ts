import { RecordStore, type SessionData, type SessionOptions, session } from '@coatcheck/session'
import {
  type EvictReason,
  MemoryStore,
  type MemoryStoreOptions,
  type MemoryUsage,
  SessionTooLargeError,
} from '@coatcheck/store-memory'
import expressSession from 'express-session'
import { expect, expectTypeOf, it } from 'vitest'
import { openStore, sessionOf } from './support/stores.ts'

it('types: a store of this family, for our middleware and for express-session', () => {
  expectTypeOf<MemoryStore>().toExtend<RecordStore>()
  expectTypeOf<MemoryStore>().toExtend<NonNullable<SessionOptions['store']>>()
  expectTypeOf<MemoryStore['get']>().toBeCallableWith('a')
  expectTypeOf(openStore().get('a')).resolves.toEqualTypeOf<SessionData | undefined>()
  expectTypeOf(MemoryStore.open).returns.toEqualTypeOf<MemoryStore>()
  expectTypeOf(openStore().usage()).toEqualTypeOf<MemoryUsage>()
  expect(openStore()).toBeInstanceOf(RecordStore)
  session({ secret: 'a secret', resave: false, saveUninitialized: false, store: openStore() })
  expressSession({ secret: 'a secret', resave: false, saveUninitialized: false, store: openStore() as never })
})

it('types: options are checked', () => {
  expectTypeOf<EvictReason>().toEqualTypeOf<'max' | 'maxBytes' | 'expired'>()
  openStore({
    max: 1,
    maxBytes: 1,
    onEvict: (sid, reason) => [sid.length, reason === 'max'],
    ttl: 1,
    codec: JSON,
  })
  const given: { max?: number } = {}
  openStore({ max: given.max, maxBytes: undefined, onEvict: undefined } satisfies MemoryStoreOptions)
  // @ts-expect-error A number of sessions.
  expect(() => openStore({ max: '1' })).toThrow(TypeError)
  // @ts-expect-error memorystore's name of it.
  expect(() => openStore({ checkPeriod: 1 })).toThrow(TypeError)
})

it('types: an error can be told by its class', async () => {
  const error: unknown = await openStore({ maxBytes: 1 })
    .set('a', sessionOf())
    .catch(error => error)
  if (!(error instanceof SessionTooLargeError)) throw error
  expectTypeOf(error.code).toEqualTypeOf<'ERR_SESSION_TOO_LARGE'>()
  expect(error.code).toBe('ERR_SESSION_TOO_LARGE')
})
