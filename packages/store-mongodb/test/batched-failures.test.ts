import type { Collection } from 'mongodb'
import { expect, it, onTestFinished } from 'vitest'
import { batching, Hooks } from './support/batching.ts'
import { type Client, sessionOf, versions } from './support/mongodb.ts'

const text = (data: object) => JSON.stringify(sessionOf(data))

it('batched writes: one that the server refuses fails as it does alone, and the others do not', async () => {
  const { store, sessions, counted } = await batching()
  await sessions.createIndex({ session: 1 }, { unique: true })
  await store.write('a', text({ n: 1 }))
  const { result, updates } = await counted(() =>
    Promise.allSettled([
      store.write('b', text({ n: 2 })),
      store.write('c', text({ n: 2 })),
      store.replace('a', text({ n: 3 }), text({ n: 1 })),
      store.move('a'),
      store.write('d', text({ pad: 'x'.repeat(17_000_000) })),
      store.replace('a', text({ n: 2 })),
      store.write('e', text({ n: 5 })),
    ]),
  )
  expect(updates).toContain(6)
  expect(result.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  ])
  expect(result[5]).toMatchObject({ reason: { name: 'MongoServerError', code: 11000 } })
  const found = await sessions.find({}, { sort: { _id: 1 } }).toArray()
  expect(found.map(({ _id }) => _id)).toEqual(['a', 'b', 'e'])
})

/** A store whose collection is that of the client, with some methods changed. */
async function storeWith(client: Client, dbName: string, options: object, changed: Partial<Collection> = {}) {
  const db = client.db(dbName)
  const real = db.collection('sessions', options)
  const collection = new Proxy(real, {
    get(_, name: keyof Collection) {
      const method = name in changed ? changed[name] : real[name]
      return typeof method === 'function' ? method.bind(real) : method
    },
  })
  const store = new Hooks({
    client: {
      connect: () => client.connect(),
      db: () => ({ command: (command: object) => db.command(command), collection: () => collection }),
    },
    ttlIndex: false,
  })
  onTestFinished(() => store.close())
  await store.length()
  return store
}

/** Calls until writes were batched, and what the writes of that batch came to. */
async function untilBatched<T>(writes: () => Promise<T>, batches: unknown[]): Promise<T> {
  for (;;) {
    const results = await writes()
    if (batches.length > 0) return results
  }
}

it.each(versions)('batched writes: with %s, all fail if other members do not confirm them', async version => {
  const { client, dbName, sessions } = await batching({ version })
  const strict = client.db(dbName).collection('sessions', { writeConcern: { w: 3, wtimeoutMS: 50 } })
  const batches: unknown[] = []
  const bulkWrite: Collection['bulkWrite'] = (statements, options) => {
    batches.push(statements)
    return strict.bulkWrite(statements, options)
  }
  const store = await storeWith(client, dbName, {}, { bulkWrite })
  const write = (sid: string) => store.write(sid, text({}))
  const writes = () => Promise.allSettled([store.move('nobody'), write('a'), write('b')])
  for (const result of await untilBatched(writes, batches)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 100 } })
  }
  // They were applied.
  expect(await sessions.countDocuments()).toBe(2)
})

it('batched writes: none where the server inserts what it has to refuse, and nothing of that stays', async () => {
  const { client, dbName, sessions } = await batching()
  const real = client.db(dbName).collection('sessions')
  const inserted: unknown[] = []
  const updateOne: Collection['updateOne'] = (
    filter,
    { $setOnInsert, ...update }: object & { $setOnInsert?: object },
    options,
  ) => {
    if ($setOnInsert) inserted.push(filter)
    return real.updateOne(filter, update, options)
  }
  const bulkWrite = () => Promise.reject(new Error('a batch'))
  const store = await storeWith(client, dbName, {}, { updateOne, bulkWrite })
  for (let i = 0; i < 5; i++) {
    const answers = await Promise.all([store.move('nobody'), store.write('a', text({ i })), store.move('a')])
    expect(answers[0]).toBe(false)
  }
  expect(inserted).toHaveLength(1)
  while ((await sessions.countDocuments()) > 1) await store.move('a')
  expect(await store.ids()).toEqual(['a'])
})

it('batched writes: none with the write concern 0', async () => {
  const { client, dbName, sessions } = await batching()
  const bulkWrite = () => Promise.reject(new Error('a batch'))
  const store = await storeWith(client, dbName, { writeConcern: { w: 0 } }, { bulkWrite })
  for (let i = 0; i < 5; i++) await Promise.all(['a', 'b', 'c'].map(sid => store.write(sid, text({ i }))))
  while ((await sessions.countDocuments()) < 3) await store.length()
  expect((await store.ids()).sort()).toEqual(['a', 'b', 'c'])
})

it('batched writes: none with a client that has no bulkWrite', async () => {
  const { client, dbName } = await batching()
  const store = await storeWith(client, dbName, {}, { bulkWrite: null as never })
  for (let i = 0; i < 3; i++) await Promise.all(['a', 'b', 'c'].map(sid => store.write(sid, text({ i }))))
  expect((await store.ids()).sort()).toEqual(['a', 'b', 'c'])
})
