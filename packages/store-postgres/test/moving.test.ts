import { readFileSync } from 'node:fs'
import type { SessionData } from '@coatcheck/session'
import type { PostgresStore } from '@coatcheck/store-postgres'
import { fromKnex } from '@coatcheck/store-postgres/knex'
import { fromSequelize } from '@coatcheck/store-postgres/sequelize'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import connectSessionSequelize from 'connect-session-sequelize'
import expressSession, { type Store } from 'express-session'
import knex from 'knex'
import { Sequelize } from 'sequelize'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { newSchema, openPool, openStore, sessionOf, storeOn } from './support/postgres.ts'

const guide = readFileSync(new URL('../../../docs/moving-from-express-session.md', import.meta.url), 'utf8')

/** What the guide has for users of this package to run. */
function statementOf(name: string): string {
  const [, sql] = new RegExp(`^\`\`\`sql ${name}\\n(.*?)^\`\`\`$`, 'ms').exec(guide) ?? []
  if (!sql) throw new Error(`The guide has no statement for ${name}`)
  return sql
}

const setIn = (store: Store, sid: string, session: SessionData) =>
  new Promise<void>((resolve, reject) => {
    store.set(sid, session as never, error => (error ? reject(error) : resolve()))
  })
const getFrom = (store: Store, sid: string) =>
  new Promise<unknown>((resolve, reject) => {
    store.get(sid, (error, session) => (error ? reject(error) : resolve(session)))
  })

/** Old and new work on one table, with what the other has written. */
async function takesOver(old: Store, store: PostgresStore): Promise<void> {
  await setIn(old, 'a', sessionOf({ user: 'Ada' }, 60_000))
  await setIn(old, 'b', sessionOf({ user: 'Bob' }, 60_000))
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

describe('moving', () => {
  it('connect-session-knex: its table is used in place, on the connection of Knex, and back', async () => {
    const schema = await newSchema()
    const db = knex({ client: 'pg', connection: inject('postgresUrl'), searchPath: [schema] })
    onTestFinished(() => db.destroy())
    const old = new ConnectSessionKnexStore({ knex: db, createTable: true, cleanupInterval: 0 })
    await takesOver(old as unknown as Store, storeOn(fromKnex(db), {}))
  })

  it('connect-session-sequelize: its table is used in place after one statement, and back', async () => {
    const schema = await newSchema()
    const options = { options: `-c search_path=${schema}` }
    const sequelize = new Sequelize(inject('postgresUrl'), { logging: false, dialectOptions: options })
    onTestFinished(() => sequelize.close())
    const SequelizeStore = connectSessionSequelize(expressSession.Store)
    const old = new SequelizeStore({ db: sequelize, checkExpirationInterval: -1 })
    await old.sync()
    await sequelize.query(statementOf('connect-session-sequelize'))
    await takesOver(old, storeOn(fromSequelize(sequelize), { table: 'Sessions' }))
  })

  // As the README of each shows its table, and with what it writes.
  it.each([
    [
      'connect-typeorm',
      `CREATE TABLE session (
        "expiredAt" bigint NOT NULL, id varchar(255) PRIMARY KEY, json text NOT NULL, "destroyedAt" timestamp)`,
      `INSERT INTO session (id, json, "expiredAt", "destroyedAt")
        SELECT sid, data, extract(epoch FROM expires) * 1000, CASE WHEN gone THEN now() END FROM given`,
    ],
    [
      'prisma-session-store',
      `CREATE TABLE "Session" (
        id text PRIMARY KEY, sid text NOT NULL UNIQUE, data text NOT NULL, "expiresAt" timestamp(3) NOT NULL)`,
      `INSERT INTO "Session" (id, sid, data, "expiresAt")
        SELECT md5(sid), sid, data, expires AT TIME ZONE 'UTC' FROM given WHERE NOT gone`,
    ],
  ])('%s: one statement copies the sessions', async (name, table, insert) => {
    const schema = await newSchema()
    const pool = openPool({ max: 1, options: `-c search_path=${schema} -c TimeZone=America/St_Johns` })
    await pool.query(table)
    await pool.query('CREATE TEMP TABLE given (sid text, data text, expires timestamptz, gone boolean)')
    const given: [string, string, number, boolean][] = [
      ['a', 'Ada', 60_000, false],
      ['over', 'Bob', -1000, false],
      ['gone', 'Cyd', 60_000, true],
    ]
    for (const [sid, user, ms, gone] of given) {
      const values = [sid, JSON.stringify(sessionOf({ user }, ms)), new Date(Date.now() + ms), gone]
      await pool.query('INSERT INTO given VALUES ($1, $2, $3, $4)', values)
    }
    await pool.query(insert)
    await pool.query(statementOf(name))
    const store = openStore({ schema })
    expect(await store.ids()).toEqual(['a'])
    const session = await store.get('a')
    expect(session).toMatchObject({ user: 'Ada' })
    const left = new Date(session!.cookie.expires as never).valueOf() - Date.now()
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(60_000)
  })
})
