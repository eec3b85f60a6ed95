import { type RecordStore, SessionError } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { sessionOf } from './session-of.ts'

/** A store whose client fails. */
export interface Failing {
  /** A store on a client that answers as the server does, until the store is opened; from then on it fails with this. */
  readonly failing: (error: unknown) => Promise<RecordStore>
  readonly open: (url: string) => RecordStore
  /** Errors by which a client tells that the database is away. */
  readonly away: readonly Error[]
  /** Errors that tell something else. */
  readonly others: readonly Error[]
  /** Where no database is, and what the system says of it. */
  readonly nowhere: readonly (readonly [url: string, code: string | RegExp])[]
}

/** What a call of the store fails with. */
export const failureOf = (call: Promise<unknown>): Promise<SessionError> =>
  call.then(
    () => Promise.reject(new Error('It did not fail')),
    error => error as SessionError,
  )

export const coded = (code: string): Error => Object.assign(new Error(`failed with ${code}`), { code })

/** What a store tells of a database that is away, and of what is no such failure. */
export function describeFailures(database: string, { failing, open, away, others, nowhere }: Failing): void {
  describe('a database that is away', () => {
    it.each([
      ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN'].map(coded),
      ...away,
    ])('%o is told as ERR_SESSION_STORE_UNAVAILABLE with status 503', async cause => {
      const store = await failing(cause)
      const calls = [
        () => store.get('a'),
        () => store.get('a', undefined, { renew: 60_000 }),
        () => store.set('a', sessionOf()),
        () => store.touch('a', sessionOf()),
        () => store.destroy('a'),
        () => store.length(),
      ]
      for (const call of calls) {
        const error = await failureOf(call())
        expect(error).toBeInstanceOf(SessionError)
        expect(error).toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503 })
        expect(error.message).toBe(`${database} is not available: ${cause.message}`)
        expect(error.cause).toBe(cause)
      }
    })

    it.each(others)('%o reaches the caller as it is', async cause => {
      const store = await failing(cause)
      expect(await failureOf(store.get('a'))).toBe(cause)
      expect(await failureOf(store.set('a', sessionOf()))).toBe(cause)
    })

    it.each(nowhere)('open: %s', async (url, code) => {
      const error = await failureOf(open(url).get('a'))
      expect(error).toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503 })
      expect((error.cause as NodeJS.ErrnoException).code).toMatch(code)
    })
  })
}
