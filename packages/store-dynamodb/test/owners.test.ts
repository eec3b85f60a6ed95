import { setTimeout as sleep } from 'node:timers/promises'
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { type DynamodbClient, DynamodbStore } from '@coatcheck/store-dynamodb'
import { expect, it, onTestFinished } from 'vitest'
import { describeOwners, sessionFor } from '../../session/test/support/owners.ts'
import { useDynamodb } from './support/dynamodb.ts'

const place = useDynamodb()

describeOwners('store-dynamodb', () => {
  const table = place.newTable()
  return options => place.openStore({ table, ...options })
})

const OLD = { N: String(Date.now() - 3_600_000) }

/** The index of an owner, and a member whose session is not there. */
async function openWithOld(sids: string[]) {
  const table = place.newTable()
  const store = place.openStore({ table, owner: 'user' })
  const client = place.openClient()
  await store.set('a', sessionFor('ada'))
  const at = { TableName: table, Key: { id: { S: 'sess:\u0001owner:ada' } } }
  for (const sid of sids) {
    await client.send(
      new UpdateItemCommand({
        ...at,
        UpdateExpression: 'SET #member = :old',
        ExpressionAttributeNames: { '#member': `sid:${sid}` },
        ExpressionAttributeValues: { ':old': OLD },
      }),
    )
  }
  const members = async () =>
    Object.keys((await client.send(new GetItemCommand({ ...at, ConsistentRead: true }))).Item!)
      .filter(name => name !== 'id')
      .sort()
  return { store, members }
}

it('owner: the index forgets sessions that have ended, when it is asked and when a session is written', async () => {
  const { store, members } = await openWithOld(['x', 'y', 'z'])
  expect(await members()).toEqual(['sid:a', 'sid:x', 'sid:y', 'sid:z'])
  await store.set('b', sessionFor('ada'))
  expect(await members()).toHaveLength(3)
  expect(await store.countOf('ada')).toBe(2)
  expect(await members()).toEqual(['sid:a', 'sid:b'])
})

it('owner: a login takes one command more', async () => {
  const { store } = await openWithOld([])
  place.server.commands()
  await store.set('b', sessionFor('ada'))
  expect(place.server.commands()).toEqual(['UpdateItem', 'UpdateItem'])
})

it('owner: a save of a session that has this owner does not write the index', async () => {
  const { store } = await openWithOld([])
  const session = (await store.get('a'))!
  place.server.commands()
  await store.set('a', Object.assign(session, { n: 1 }))
  expect(place.server.commands()).toEqual(['UpdateItem'])
})

it('owner: sessions of many pages are in the order of their logins, however long a page takes', async () => {
  const client = place.openClient()
  let reads = 0
  const slow: DynamodbClient = {
    async send(command, options) {
      if (command instanceof GetItemCommand && reads++ > 25) await sleep(500)
      return client.send(command, options)
    },
  }
  const store = new DynamodbStore({ client: slow, table: place.newTable(), owner: 'user', timeout: 60_000 })
  onTestFinished(() => store.close())
  // Sessions of the same millisecond are in the order of their ids.
  const sids = Array.from({ length: 30 }, (_, i) => `s${i + 100}`)
  for (const sid of sids.toReversed()) await store.set(sid, sessionFor('ada'))
  reads = 0
  const found = []
  for await (const { sid } of store.sessionsOf('ada')) found.push(sid)
  expect(found).toEqual(sids)
})
