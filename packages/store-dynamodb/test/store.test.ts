import { DeleteTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { SessionTooLargeError } from '@coatcheck/store-dynamodb'
import { describe, expect, it, vi } from 'vitest'
import { sessionOf, useDynamodb } from './support/dynamodb.ts'

const place = useDynamodb()

/** The item of a session. */
async function itemOf(table: string, id: string) {
  const command = new GetItemCommand({ TableName: table, Key: { id: { S: id } }, ConsistentRead: true })
  return (await place.openClient().send(command)).Item
}

describe('expiry', () => {
  it('expiry: is exact to the millisecond, and DynamoDB never deletes a session before it', async () => {
    const table = place.newTable()
    const store = place.openStore({ table })
    for (const ttl of [60_000, 60_001, 60_999, 123_456]) {
      const before = Date.now()
      await store.set('a', sessionOf(), { ttl })
      const after = Date.now()
      const { expires, early } = (await itemOf(table, 'sess:a'))!
      expect(expires!.N).toMatch(/^\d+$/)
      const end = Number(expires!.N) * 1000 - Number(early!.N)
      expect(Number(early!.N)).toBeGreaterThanOrEqual(0)
      expect(Number(early!.N)).toBeLessThan(1000)
      expect(end).toBeGreaterThanOrEqual(before + ttl)
      expect(end).toBeLessThanOrEqual(after + ttl)
    }
  })

  it('expiry: what has expired, and DynamoDB has not deleted yet, is there for no method', async () => {
    const table = place.newTable()
    const store = place.openStore({ table })
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    const read = (await store.get('a'))!
    for (const [expires, early] of [
      [Math.floor(Date.now() / 1000) - 1, 0],
      [Math.ceil(Date.now() / 1000), 1000],
    ]) {
      const Item = {
        id: { S: 'sess:a' },
        sess: { S: JSON.stringify(read) },
        expires: { N: String(expires) },
        early: { N: String(early) },
      }
      await place.openClient().send(new PutItemCommand({ TableName: table, Item }))
      expect(await store.get('a')).toBeUndefined()
      expect(await store.get('a', undefined, { renew: 60_000 })).toBeUndefined()
      expect([await store.length(), await store.ids(), await store.all()]).toEqual([0, [], {}])
      expect(await store.touch('a', read)).toBe(false)
      await expect(store.set('a', read)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
      expect(await store.exchange('a', 'b', sessionOf(), { required: true })).toBe(false)
      expect(await store.destroy('a')).toBe(false)
    }
    await place.openClient().send(new PutItemCommand({ TableName: table, Item: expired('sess:a') }))
    expect(await store.insert('a', sessionOf({ user: 'Eve' }))).toBe(true)
    expect(await store.get('a')).toMatchObject({ user: 'Eve' })
  })
})

function expired(id: string) {
  return { id: { S: id }, sess: { S: '{"cookie":{}}' }, expires: { N: '1000' } }
}

describe('commands', () => {
  it('commands: one for each call of a request', async () => {
    const store = place.openStore()
    await store.length()
    place.server.commands()
    await store.set('a', sessionOf({}, 60_000))
    const session = (await store.get('a'))!
    await store.set('a', session)
    await store.touch('a', session)
    await store.get('a', undefined, { renew: 60_000 })
    await store.destroy('a')
    expect(place.server.commands()).toEqual([
      'UpdateItem',
      'GetItem',
      'UpdateItem',
      'UpdateItem',
      'UpdateItem',
      'DeleteItem',
    ])
  })

  it('exchange: is one transaction, after a read', async () => {
    const store = place.openStore()
    await store.set('a', sessionOf({ n: 1 }))
    place.server.commands()
    expect(await store.exchange('a', 'b', sessionOf({ n: 2 }), { required: true })).toBe(true)
    expect(place.server.commands()).toEqual(['GetItem', 'TransactWriteItems'])
    expect(await store.all()).toMatchObject({ b: { n: 2 } })
    expect(await store.ids()).toEqual(['b'])
  })

  it('exchange: writes nothing when the new session is too large, and the old one stays', async () => {
    const store = place.openStore()
    await store.set('a', sessionOf({ n: 1 }))
    await expect(store.exchange('a', 'b', sessionOf({ text: 'x'.repeat(420_000) }))).rejects.toThrow(
      SessionTooLargeError,
    )
    expect(await store.ids()).toEqual(['a'])
  })

  it('conflict: a command beside a transaction on the same session is sent again', async () => {
    const store = place.openStore()
    await store.set('a', sessionOf({ n: 1 }))
    place.server.refuse('TransactionConflictException', 3, /^UpdateItem$/)
    const session = (await store.get('a'))!
    await store.set('a', Object.assign(session, { n: 2 }))
    expect(await store.get('a')).toMatchObject({ n: 2 })
  })
})

describe('many sessions', () => {
  it('listings: go past the pages of 1 MB, and clear leaves other prefixes', async () => {
    const table = place.newTable()
    const store = place.openStore({ table })
    const neighbour = place.openStore({ table, prefix: 'other:' })
    await neighbour.set('a', sessionOf())
    const ids = Array.from({ length: 1200 }, (_, i) => `s${i}`)
    const session = sessionOf({ text: 'x'.repeat(2000) })
    for (let i = 0; i < ids.length; i += 100) {
      await Promise.all(ids.slice(i, i + 100).map(id => store.set(id, session)))
    }
    place.server.commands()
    expect(await store.length()).toBe(1200)
    expect(place.server.commands().length).toBeGreaterThan(2)
    expect((await store.ids()).sort()).toEqual(ids.sort())
    expect(Object.keys(await store.all())).toHaveLength(1200)
    await store.clear()
    expect(await store.length()).toBe(0)
    expect(await neighbour.ids()).toEqual(['a'])
  })
})

describe('texts', () => {
  it('ids: any text is one, and with no prefix as well', async () => {
    const ids = ['', 'id', ' ', 'ü', '\u0001', '\u0001owner:ada', '\ud800', '#sess', ':now', 'x'.repeat(1000)]
    for (const prefix of ['sess:', '']) {
      const store = place.openStore({ prefix, owner: 'user' })
      for (const id of ids) await store.set(id, sessionOf({ id, user: 'ada' }))
      for (const id of ids) expect(await store.get(id)).toMatchObject({ id })
      expect((await store.ids()).sort()).toEqual([...ids].sort())
      expect(await store.countOf('ada')).toBe(ids.length)
      await store.clear()
      expect(await store.countOf('ada')).toBe(0)
    }
  })
})

describe('failures', () => {
  it('too large: a session of more than 400 KB is one typed error, and the old data stays', async () => {
    const store = place.openStore()
    await store.set('a', sessionOf({ n: 1 }))
    const large = sessionOf({ text: 'secret '.repeat(60_000) })
    const error = await store.set('a', large).catch(failure => failure)
    expect(error).toBeInstanceOf(SessionTooLargeError)
    expect(error).toMatchObject({ code: 'ERR_SESSION_TOO_LARGE', status: 500 })
    expect(error.message).toMatch(/400 KB/)
    expect(`${error.message}${error.stack}${error.cause}`).not.toContain('secret')
    expect(await store.get('a')).toMatchObject({ n: 1 })
  })

  it.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'InternalServerError'])(
    'away: %s is tried again, and then ERR_SESSION_STORE_UNAVAILABLE',
    async name => {
      const store = place.openStore()
      await store.set('a', sessionOf({ n: 1 }))
      place.server.refuse(name, 1)
      expect(await store.get('a')).toMatchObject({ n: 1 })
      place.server.refuse(name, 100)
      await expect(store.get('a')).rejects.toMatchObject({
        code: 'ERR_SESSION_STORE_UNAVAILABLE',
        status: 503,
        cause: { name },
      })
      place.server.refuse('', 0)
      expect(await store.get('a')).toMatchObject({ n: 1 })
    },
  )

  it('away: nobody at the endpoint is ERR_SESSION_STORE_UNAVAILABLE', async () => {
    const store = place.openStore({ endpoint: 'http://127.0.0.1:1' })
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('timeout: holds for a client that never answers', async () => {
    const { DynamodbStore } = await import('@coatcheck/store-dynamodb')
    const store = new DynamodbStore({ client: { send: () => new Promise(() => {}) }, timeout: 50 })
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_UNAVAILABLE',
      message: 'DynamoDB is not available: no answer within 50 ms',
    })
    await store.close()
  })

  it('renew: a table that takes no writes can still be read', async () => {
    const store = place.openStore()
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    place.server.refuse('AccessDeniedException', 1, /^UpdateItem$/)
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    place.server.refuse('', 0)
  })

  it('refused: an error that does not pass by itself is the one of the SDK', async () => {
    const store = place.openStore()
    await store.length()
    place.server.refuse('AccessDeniedException', 1)
    await expect(store.get('a')).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })
})

describe('the table', () => {
  it('createTable: makes it with TTL, and many stores may do so at once', async () => {
    const table = place.newTable()
    const stores = Array.from({ length: 5 }, () => place.openStore({ table }))
    await Promise.all(stores.map((store, i) => store.set(`s${i}`, sessionOf())))
    expect(await stores[0]!.length()).toBe(5)
    expect(await stores[0]!.diagnose()).toMatchObject([
      {
        name: 'packages',
        text: expect.stringMatching(/^@coatcheck\/store-dynamodb \d.*client-dynamodb 3\./),
      },
      { name: 'server', text: `DynamoDB, ${place.server.url}` },
      { name: 'table', level: 'ok', text: `${table}, active, key id, on-demand capacity` },
      { name: 'TTL', level: 'ok' },
    ])
  })

  it('createTable: false says which command makes it, and a later call finds it', async () => {
    const table = place.newTable()
    const store = place.openStore({ table, createTable: false })
    const error = await store.get('a').catch(failure => failure)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(
      new RegExp(
        `^The table ${table} does not exist, and the option "createTable" is false: aws dynamodb create-table `,
      ),
    )
    expect(await store.diagnose()).toContainEqual(
      expect.objectContaining({ name: 'table', missing: `table "${table}"` }),
    )
    await place.openStore({ table }).length()
    expect(await store.get('a')).toBeUndefined()
    await place.openClient().send(new DeleteTableCommand({ TableName: table }))
  })

  it('TTL: a table without it is used, with one warning that says which command switches it on', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const table = place.newTable()
    const { CreateTableCommand } = await import('@aws-sdk/client-dynamodb')
    await place.openClient().send(
      new CreateTableCommand({
        TableName: table,
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    const store = place.openStore({ table, createTable: false })
    await store.set('a', sessionOf({ n: 1 }))
    expect(await store.get('a')).toMatchObject({ n: 1 })
    const told = warning.mock.calls.map(([text]) => String(text)).filter(text => text.includes(table))
    warning.mockRestore()
    expect(told).toEqual([expect.stringContaining(`aws dynamodb update-time-to-live --table-name ${table}`)])
    expect(await store.diagnose()).toContainEqual(expect.objectContaining({ name: 'TTL', level: 'warning' }))
  })

  it('table: one with a sort key is refused, and named', async () => {
    const table = place.newTable()
    const { CreateTableCommand } = await import('@aws-sdk/client-dynamodb')
    const names = ['pk', 'sk']
    await place.openClient().send(
      new CreateTableCommand({
        TableName: table,
        AttributeDefinitions: names.map(AttributeName => ({ AttributeName, AttributeType: 'S' as const })),
        KeySchema: names.map((AttributeName, i) => ({ AttributeName, KeyType: i ? 'RANGE' : 'HASH' })),
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    const store = place.openStore({ table })
    await expect(store.get('a')).rejects.toThrow(
      `The table ${table} is not a table of sessions: its key must be`,
    )
    expect(await store.diagnose()).toContainEqual(
      expect.objectContaining({ name: 'table', level: 'problem' }),
    )
  })
})
