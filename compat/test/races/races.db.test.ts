import { type SessionOptions, session } from '@coatcheck/session'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { type App, openApp } from './app.ts'
import { openMemory, openMongodb, openMysql, openPostgres, openRedis, openSqlite } from './backends.ts'
import { raceAtOnce, raceIncrements, raceLogouts } from './races.ts'

// Logging out means that the session has ended: also for the requests that had read it by then and write it later. And of
// requests that write different things at the same time, none may be lost.

/** How many races of each kind. `npm run races` has 10,000, which a change of the order of steps is to be tried with. */
const COUNT = Number(process.env.COATCHECK_RACES ?? 400)

/** How an app may have set up its sessions. */
const modes: SessionOptions[] = [
  { resave: false },
  { resave: true },
  { resave: false, rolling: true, conflict: 'merge' },
  { resave: true, rolling: true, saveCookieChanges: true },
]

const common: SessionOptions = {
  secret: 'a secret for tests',
  saveUninitialized: false,
  cookie: { maxAge: 60_000 },
}

const PATIENCE = 300_000

describe.each([
  ['memory', openMemory],
  ['SQLite', openSqlite],
  ['Redis', () => openRedis(inject('redisUrl'))],
  ['PostgreSQL', () => openPostgres(inject('postgresUrl'))],
  ['MySQL', () => openMysql(inject('mysqlUrl'))],
  ['MongoDB', () => openMongodb(inject('mongodbUrl'))],
  ['MongoDB with two forms', () => openMongodb(inject('mongodbUrl'), { stringify: false })],
] as const)('%s', (_name, open) => {
  let place: Awaited<ReturnType<typeof open>>
  const apps: App[] = []
  const openTwo = async (options: SessionOptions): Promise<[App, App]> => {
    const [here, there] = place.stores
    const two: [App, App] = [
      await openApp(session({ ...common, ...options, store: here })),
      await openApp(session({ ...common, ...options, store: there })),
    ]
    apps.push(...two)
    return two
  }
  beforeAll(async () => {
    place = await open()
  })
  beforeEach(() => new Promise(done => place.stores[0].clear(done)))
  afterAll(async () => {
    for (const app of apps) await app.close()
    await place.close()
  })

  test.each(modes)(
    `logout: no late request brings the session back, with %o`,
    async options => {
      const seen = await raceLogouts(await openTwo(options), place.isStored, COUNT / modes.length)
      expect(seen).toEqual({ revived: {}, cookies: 0, failed: 0 })
    },
    PATIENCE,
  )

  test.each(modes)(
    'logout: one among requests that end at the same moment ends the session, too, with %o',
    async options => {
      expect(await raceAtOnce(await openTwo(options), place.isStored, COUNT / 10)).toBe(0)
    },
    PATIENCE,
  )

  test('logout: a store that inserts whatever it is given would be found out', async () => {
    const [here] = place.stores
    const set = here.set as (...args: unknown[]) => unknown
    // A copy does not remember that it was read.
    here.set = ((sid: string, data: object, done: () => void) =>
      set.call(here, sid, { ...data }, done)) as never
    const app = await openApp(session({ ...common, resave: false, store: here }))
    apps.push(app)
    const { revived } = await raceLogouts([app, app], place.isStored, 70)
    Reflect.deleteProperty(here, 'set')
    expect(revived.write).toBeGreaterThan(0)
  })

  test(
    'merge: no increment of 20 clients is lost',
    async () => {
      const two = await openTwo({ resave: false, conflict: 'merge', onSaveError: 'error' })
      expect(await raceIncrements(two, 20, COUNT)).toBe(0)
    },
    PATIENCE,
  )
})
