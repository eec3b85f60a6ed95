import { readFileSync } from 'node:fs'
import type { RecordStore, SessionData } from '@coatcheck/session'
import { PrismaSessionStore } from '@quixo3/prisma-session-store'
import { TypeormStore } from 'connect-typeorm'
import expressSession, { type Store } from 'express-session'
import { type DataSource, EntitySchema } from 'typeorm'
import { expect } from 'vitest'
import type { PrismaClient, PrismaModels } from './prisma.ts'
import { sessionOf } from './session-of.ts'

const guide = readFileSync(
  new URL('../../../../docs/moving-from-express-session.md', import.meta.url),
  'utf8',
)

/** What the guide has for users of this package to run. */
export function statementOf(name: string): string {
  const [, sql] = new RegExp(`^\`\`\`sql ${name}\\n(.*?)^\`\`\`$`, 'ms').exec(guide) ?? []
  if (!sql) throw new Error(`The guide has no statement for ${name}`)
  return sql
}

/** The same, one by one. */
export function statementsOf(name: string): string[] {
  return statementOf(name)
    .split(/;\n/)
    .filter(sql => sql.trim() !== '')
}

export function setIn(store: Store, sid: string, session: SessionData): Promise<void> {
  return new Promise((resolve, reject) => {
    store.set(sid, session as never, error => (error ? reject(error) : resolve()))
  })
}

export function getFrom(store: Store, sid: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    store.get(sid, (error, session) => (error ? reject(error) : resolve(session)))
  })
}

const destroyIn = (store: Store, sid: string) =>
  new Promise<void>((resolve, reject) => {
    store.destroy(sid, error => (error ? reject(error) : resolve()))
  })

const Cookie = expressSession.Cookie as unknown as new (options: { maxAge: number }) => SessionData['cookie']

/** What express-session gives to a store: some of them need a cookie of its own. */
function givenSession(user: string, maxAge: number): SessionData {
  return { cookie: new Cookie({ maxAge }), user } as never
}

/** Old and new work on one table, with what the other has written. */
export async function takesOver(old: Store, store: RecordStore): Promise<void> {
  await setIn(old, 'a', givenSession('Ada', 60_000))
  await setIn(old, 'b', givenSession('Bob', 60_000))
  const session = await store.get('a', undefined, { renew: 60_000 })
  expect(session).toMatchObject({ user: 'Ada' })
  await store.set('a', Object.assign(session!, { views: 1 }))
  await store.set('a new id, which is longer than others are', sessionOf({ user: 'Cyd' }, 60_000))
  expect(await store.destroy('b')).toBe(true)
  expect(await getFrom(old, 'a')).toMatchObject({ user: 'Ada', views: 1 })
  expect(await getFrom(old, 'a new id, which is longer than others are')).toMatchObject({ user: 'Cyd' })
  expect((await getFrom(old, 'b')) ?? undefined).toBeUndefined()
  expect(await store.length()).toBe(2)
}

/** Fills a store of another package: with a session, one that has ended by itself, and one that has been destroyed. */
export async function fill(old: Store): Promise<void> {
  await setIn(old, 'a', givenSession('Ada', 60_000))
  await setIn(old, 'over', givenSession('Bob', 1000))
  await setIn(old, 'gone', givenSession('Cyd', 60_000))
  await destroyIn(old, 'gone')
  // Some of them answer before they have destroyed the session.
  await expect.poll(() => getFrom(old, 'gone'), { timeout: 20_000 }).toBeFalsy()
}

/** The store has what `fill` has left, with the rest of its lifetime. */
export async function expectFilled(store: RecordStore): Promise<void> {
  await expect.poll(() => store.ids(), { timeout: 20_000 }).toEqual(['a'])
  const session = await store.get('a')
  expect(session).toMatchObject({ user: 'Ada' })
  const left = new Date(session!.cookie.expires as never).valueOf() - Date.now()
  expect(left).toBeGreaterThan(0)
  // Some of them round to a second.
  expect(left).toBeLessThanOrEqual(61_000)
}

/** The entity of the README of connect-typeorm. */
export const TYPEORM_SESSION: EntitySchema<object> = new EntitySchema({
  name: 'Session',
  tableName: 'session',
  columns: {
    expiredAt: { type: 'bigint' },
    id: { type: 'varchar', length: 255, primary: true },
    json: { type: 'text' },
    destroyedAt: { type: Date, deleteDate: true, nullable: true },
  },
})

/** A store of connect-typeorm on a source with `TYPEORM_SESSION`. */
export function typeormStore(source: DataSource): Store {
  const options = {
    cleanupLimit: 0,
    limitSubquery: false,
    ttl: (_: unknown, { cookie }: SessionData) => seconds(cookie),
  }
  const store = new TypeormStore(options as never)
  return store.connect(source.getRepository('Session') as never) as never
}

const seconds = ({ originalMaxAge }: SessionData['cookie']) => (originalMaxAge ?? 0) / 1000

/** The model of the README of @quixo3/prisma-session-store, and what `prisma generate` writes of it. */
export const PRISMA_SESSION: PrismaModels = {
  schema: `
    model Session {
      id        String   @id
      sid       String   @unique
      data      String
      expiresAt DateTime
    }`,
  models: {
    Session: {
      fields: [
        { name: 'id', kind: 'scalar', type: 'String' },
        { name: 'sid', kind: 'scalar', type: 'String' },
        { name: 'data', kind: 'scalar', type: 'String' },
        { name: 'expiresAt', kind: 'scalar', type: 'DateTime' },
      ],
      dbName: null,
      schema: null,
    },
  },
  strings: [],
  graph: 'AAAA',
}

/** A store of @quixo3/prisma-session-store on a client with `PRISMA_SESSION`. */
export function prismaStore(prisma: PrismaClient): Store {
  const quiet = { log() {}, warn() {}, error() {} }
  return new PrismaSessionStore(prisma as never, { logger: quiet as never }) as never
}
