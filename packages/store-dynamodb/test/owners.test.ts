import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, it } from 'vitest'
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

it('owner: a save of a session that has this owner does not write the index', async () => {
  const { store } = await openWithOld([])
  const session = (await store.get('a'))!
  place.server.commands()
  await store.set('a', Object.assign(session, { n: 1 }))
  expect(place.server.commands()).toEqual(['UpdateItem'])
})
