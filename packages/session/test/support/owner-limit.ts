import type { RecordStore, RecordStoreOptions } from '@coatcheck/session'
import { createSessions } from '@coatcheck/session/fetch'
import { expect, it, onTestFinished } from 'vitest'

const LIMIT = 3
const LOGINS = 24

/** Logins of one user on two stores of one database, as two processes have them: never more than `maxPerOwner` are left. */
export function describeOwnerLimit(open: (options: RecordStoreOptions) => RecordStore): void {
  it.each(['end-oldest', 'refuse'] as const)(
    `maxPerOwner: of ${LOGINS} logins at once on two stores no more are left than the limit: %s`,
    async onOwnerLimit => {
      const stores = [open({ owner: 'user' }), open({ owner: 'user' })] as const
      // In memory there is one store for all.
      if (stores[0] !== stores[1])
        onTestFinished(async () => void (await Promise.all(stores.map(store => store.close()))))
      const user = `limited ${onOwnerLimit} ${Math.random()}`
      const doors = stores.map(store =>
        createSessions<{ user: string }>({
          secret: 'a secret for tests, of 32 characters',
          store,
          // A save that was given up lands later, and no login looks at it.
          storeTimeout: 0,
          maxPerOwner: LIMIT,
          onOwnerLimit,
        }),
      )
      const login = async (door: (typeof doors)[number]) => {
        const opened = await door.open(new Request('http://localhost/'))
        const outcome = await opened.session!.regenerate({ data: { user } }).then(
          () => 'in',
          error => {
            if (error.code !== 'ERR_SESSION_OWNER_LIMIT') throw error
            return error.code
          },
        )
        await opened.commit(new Response())
        return outcome
      }
      const outcomes = await Promise.all(Array.from({ length: LOGINS }, (_, i) => login(doors[i % 2]!)))
      const left = await stores[0].countOf(user)
      expect(left).toBeLessThanOrEqual(LIMIT)
      const refused = outcomes.filter(outcome => outcome === 'ERR_SESSION_OWNER_LIMIT').length
      expect(outcomes.length - refused).toBe(onOwnerLimit === 'refuse' ? left : LOGINS)
      if (onOwnerLimit === 'end-oldest') expect(left).toBeGreaterThan(0)
      // Afterwards the limit is what it was.
      for (let i = 0; i <= LIMIT; i++) await login(doors[i % 2]!)
      expect(await stores[1].countOf(user)).toBe(LIMIT)
      await stores[0].destroyAllOf(user)
    },
  )
}
