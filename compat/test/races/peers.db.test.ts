import session from 'express-session'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type App, openApp } from './app.ts'
import type { Place } from './backends.ts'
import { openConnectPgSimple, openConnectRedis } from './peers.ts'
import { raceIncrements, raceLogouts } from './races.ts'

// The same races on express-session with the stores that are usual there: what docs/concurrency.md says of them is seen here.

const common = {
  secret: 'a secret for tests',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: 60_000 },
}

describe.each([
  ['connect-redis', () => openConnectRedis(inject('redisUrl'))],
  ['connect-pg-simple', () => openConnectPgSimple(inject('postgresUrl'))],
] as const)('express-session with %s', (_, open) => {
  let place: Place<session.Store>
  let apps: [App, App]
  beforeAll(async () => {
    place = await open()
    const [here, there] = place.stores
    apps = [
      await openApp(session({ ...common, store: here })),
      await openApp(session({ ...common, store: there })),
    ]
  })
  afterAll(async () => {
    for (const app of apps) await app.close()
    await place.close()
  })

  test('logout: each late request that writes brings the session back', async () => {
    const { revived } = await raceLogouts(apps, place.isStored, 700)
    expect(revived).toEqual({ save: 100, 'save, which it has done before': 100, write: 100 })
  })

  test('increments of parallel requests are lost', async () => {
    expect(await raceIncrements(apps, 20, 1000)).toBeGreaterThan(500)
  })
})
