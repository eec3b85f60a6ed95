import { createRequire } from 'node:module'
import { type DynamoDBClient, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import expressSession, { type Store } from 'express-session'
import { describe, expect, it } from 'vitest'
import { found, itServesOneTable } from '../../session/test/support/one-table.ts'
import { sessionOf, useDynamodb } from './support/dynamodb.ts'

interface Options {
  client: DynamoDBClient
  table: string
  hashKey?: string
}

type TheirStore = new (options: Options) => Store & { initialize(): Promise<void> }

const TheirStore = (createRequire(import.meta.url)('connect-dynamodb') as (session: object) => TheirStore)(
  expressSession,
)

const place = useDynamodb()

/** Both packages on the table that connect-dynamodb has made. */
async function openBoth({ hashKey = 'id' } = {}) {
  const table = place.newTable()
  const client = place.openClient()
  const theirs = new TheirStore({ client, table, hashKey })
  await theirs.initialize()
  const items = async () => (await client.send(new ScanCommand({ TableName: table }))).Items!
  async function age() {
    for (const { [hashKey]: key, expires } of await items()) {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { [hashKey]: key! },
          UpdateExpression: 'SET expires = :expires',
          ExpressionAttributeValues: { ':expires': { N: String(Number(expires!.N) - 120) } },
        }),
      )
    }
  }
  const ours = place.storeOn({ table, createTable: false })
  return { theirs, ours, items, age, rows: async () => (await items()).length }
}

const touched = (store: Store, sid: string, ms: number) =>
  new Promise<void>((resolve, reject) => {
    store.touch!(
      sid,
      { cookie: { maxAge: ms } } as never,
      ((error: unknown) => (error ? reject(error) : resolve())) as never,
    )
  })

const wrote = (store: Store, sid: string, ms: number) =>
  new Promise<void>((resolve, reject) => {
    const session = { cookie: { originalMaxAge: ms, maxAge: ms }, user: 'Ada' }
    store.set(sid, session as never, error => (error ? reject(error) : resolve()))
  })

describe("connect-dynamodb's table", () => {
  itServesOneTable(openBoth)

  it('expiry: what one package takes to have expired, the other does too', async () => {
    const { theirs, ours, age } = await openBoth()
    await wrote(theirs, 'theirs', 60_500)
    await ours.set('ours', sessionOf({}, 60_500))
    for (const sid of ['theirs', 'ours']) {
      expect(await found(theirs, sid)).toBe(true)
      expect(await ours.get(sid)).toBeDefined()
    }
    expect((await ours.ids()).sort()).toEqual(['ours', 'theirs'])
    await age()
    for (const sid of ['theirs', 'ours']) {
      expect(await found(theirs, sid)).toBe(false)
      expect(await ours.get(sid)).toBeUndefined()
      expect(await ours.touch(sid, sessionOf({}, 60_000))).toBe(false)
    }
    expect(await ours.length()).toBe(0)
  })

  it('expiry: a touch of either package counts for both', async () => {
    const { theirs, ours } = await openBoth()
    await ours.set('a', sessionOf({}, 60_001))
    await touched(theirs, 'a', 600_500)
    const left = async () => new Date((await ours.get('a'))!.cookie.expires as Date).valueOf() - Date.now()
    expect(await left()).toBeGreaterThan(590_000)
    expect(await left()).toBeLessThanOrEqual(600_500)
    await ours.touch('a', sessionOf({}, 1_200_000))
    expect(await left()).toBeGreaterThan(1_190_000)
    expect(await found(theirs, 'a')).toBe(true)
  })

  it('touch: what theirs leaves behind after a logout is no session', async () => {
    const { theirs, ours, rows } = await openBoth()
    await wrote(theirs, 'a', 60_000)
    const read = (await ours.get('a'))!
    await ours.destroy('a')
    await touched(theirs, 'a', 60_000)
    expect(await rows()).toBe(1)
    expect(await ours.get('a')).toBeUndefined()
    expect(await ours.length()).toBe(0)
    await expect(ours.set('a', read)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(await ours.destroy('a')).toBe(false)
    expect(await ours.insert('a', sessionOf({ user: 'Eve' }, 60_000))).toBe(true)
    expect(await found(theirs, 'a')).toBe(true)
  })

  it('hashKey: is read from the table', async () => {
    const { theirs, ours, items } = await openBoth({ hashKey: 'sid' })
    await wrote(theirs, 'a', 60_000)
    const session = (await ours.get('a'))!
    await ours.set('a', Object.assign(session, { n: 1 }))
    expect(await found(theirs, 'a')).toBe(true)
    // Attributes of theirs stay.
    expect(await items()).toMatchObject([{ sid: { S: 'sess:a' }, type: { S: 'connect-session' } }])
  })
})
