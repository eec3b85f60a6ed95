import { ObjectId } from 'mongodb'
import { expect, it } from 'vitest'
import { newDatabase, sessionOf, storeOn } from './support/mongodb.ts'

const expires = new Date(Date.now() + 60_000)
const session = '{"cookie":{}}'
const documents = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ _id: `s${String(i).padStart(5, '0')}`, session, expires }))

it('entries: pages are read one after the other, each by what comes after the last id', async () => {
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName })
  await sessions.insertMany(documents(1234))
  const seen: string[] = []
  for await (const [sid] of store.entries()) {
    seen.push(sid)
    // Every other one goes while we are on the way.
    if (seen.length % 2) await store.destroy(sid)
  }
  expect(seen).toEqual(documents(1234).map(({ _id }) => _id))
  expect(await store.length()).toBe(617)
  expect((await store.ids()).length).toBe(617)
})

it('entries: a page that is just full is not the end, and none is read twice', async () => {
  for (const count of [499, 500, 501, 1000]) {
    const { client, dbName, sessions } = newDatabase()
    await sessions.insertMany(documents(count))
    expect(new Set(await storeOn(client, { dbName }).ids()).size).toBe(count)
  }
})

it('entries: an empty id, ids that look like something, and documents of others', async () => {
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName })
  const ids = ['', '$ne', '.', '__proto__', 'ü', '{"$ne":1}', "'; drop", 'a\nb', 'x'.repeat(900)]
  for (const id of ids) await store.set(id, sessionOf({ id }))
  await sessions.insertOne({ _id: new ObjectId() as never, session, expires })
  for (const id of ids) expect(await store.get(id)).toMatchObject({ id })
  expect((await store.ids()).sort()).toEqual(ids.sort())
  expect(Object.keys(await store.all()).sort()).toEqual(ids.sort())
})

it('clear: empties this collection and no other', async () => {
  const { client, dbName, sessions } = newDatabase()
  const other = client.db(dbName).collection<{ _id: string }>('users')
  await other.insertOne({ _id: 'Ada' })
  const store = storeOn(client, { dbName })
  const neighbour = storeOn(client, { dbName, collection: 'others' })
  await sessions.insertMany(documents(3))
  await neighbour.set('a', sessionOf())
  await store.clear()
  expect([await sessions.countDocuments(), await neighbour.length(), await other.countDocuments()]).toEqual([
    0, 1, 1,
  ])
})

it('destroy: tells whether the session was there, and what has expired was not', async () => {
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName })
  await sessions.insertMany([
    { _id: 'live', session, expires },
    { _id: 'over', session, expires: new Date(Date.now() - 1) },
    { _id: 'no end', session },
  ])
  const destroyed = []
  for (const sid of ['live', 'over', 'no end', 'never', 'live']) destroyed.push(await store.destroy(sid))
  expect(destroyed).toEqual([true, false, true, false, false])
  expect(await sessions.countDocuments()).toBe(0)
})
