import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { openStore } from '@coatcheck/session/stores'
import { type DynamodbOpenOptions, DynamodbStore, type DynamodbStoreOptions } from '@coatcheck/store-dynamodb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sessionOf, useDynamodb } from './support/dynamodb.ts'

const place = useDynamodb()

describe('open', () => {
  it.each([undefined, null, '', 'sessions', 'postgres://a/b', 'dynamodb:', 'dynamodb://key:secret@region/t'])(
    'open: %j is no URL, and the error does not quote it',
    url => {
      const open = () => DynamodbStore.open(url as never)
      expect(open).toThrow(TypeError)
      expect(open).toThrow(/^DynamodbStore.open needs options, or a URL such as/)
      expect(open).not.toThrow(/secret/)
    },
  )

  it('open: by URL and by options it is the same table', async () => {
    const table = place.newTable()
    const endpoint = place.server.url
    const url = `dynamodb://eu-central-1/${table}?endpoint=${encodeURIComponent(endpoint)}`
    const stores = [
      DynamodbStore.open(url),
      DynamodbStore.open({ region: 'eu-central-1', table, endpoint }),
      DynamodbStore.open('dynamodb://eu-central-1', { table, endpoint }),
      await openStore(
        `dynamodb://eu-central-1/${table}?endpoint=${endpoint}&timeout=9000&checkTimeout=60000`,
      ),
    ]
    onTestFinished(async () => void (await Promise.all(stores.map(store => store.close()))))
    await stores[0]!.set('a', sessionOf({ n: 1 }))
    for (const store of stores) expect(await store.get('a')).toMatchObject({ n: 1 })
  })

  it('openStore: without the table, create: false fails and makes none', async () => {
    const table = place.newTable()
    const url = `dynamodb://eu-central-1/${table}?endpoint=${place.server.url}`
    for (let i = 0; i < 2; i++) {
      await expect(openStore(url, { create: false, timeout: 60_000 })).rejects.toMatchObject({
        code: 'ERR_SESSION_STORE_MISSING',
        message: `The session store (DynamoDB at eu-central-1) has no table "${table}"`,
      })
    }
  })
})

describe('options', () => {
  it.each([
    ['tabel', /"tabel" is not an option of DynamodbStore; did you mean "table"\?/],
    ['hashKey', /"hashKey" is one of connect-dynamodb; here it is read from the table$/],
    ['reapInterval', /"reapInterval" is one of connect-dynamodb; here it is the TTL of the table/],
  ])('options: a name that is none, such as %s, is refused', (name, sentence) => {
    expect(() => DynamodbStore.open({ [name]: 1 })).toThrow(sentence)
    const client = new DynamoDBClient({})
    expect(() => new DynamodbStore({ client, [name]: 1 })).toThrow(TypeError)
  })

  it.each([
    ['table', ''],
    ['prefix', 1],
    ['timeout', 0],
    ['timeout', 1.5],
    ['createTable', 'no'],
    ['consistentRead', 0],
    ['region', 'eu central'],
    ['endpoint', 'localhost:8000'],
  ])('options: %s cannot be %j', (name, value) => {
    const options: DynamodbOpenOptions = { [name]: value }
    expect(() => DynamodbStore.open(options)).toThrow(new RegExp(`^The option "${name}" must be `))
  })

  it('client: is a DynamoDBClient', () => {
    for (const client of [undefined, null, {}, DynamoDBClient]) {
      expect(() => new DynamodbStore({ client } as unknown as DynamodbStoreOptions)).toThrow(
        new TypeError('The option "client" must be a DynamoDBClient: new DynamoDBClient({})'),
      )
    }
  })
})
