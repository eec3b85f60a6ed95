import { beforeAll, expect, inject, it } from 'vitest'
import manifest from '../../session/package.json' with { type: 'json' }
import { link, useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../session/test/support/processes.ts'

const alone = useBuilt({ outside: true, stores: ['store-mongodb'] })
// What the middleware depends on is not the driver, which must be missing.
beforeAll(() => link(alone.folder, Object.keys(manifest.dependencies)))
const beside = useBuilt({ stores: ['store-mongodb'] })

it('open: without the package mongodb, one sentence says how to get it', async () => {
  const { lines, ended } = runProcess(
    alone.folder,
    `import { MongodbStore } from '@coatcheck/store-mongodb'
    try {
      MongodbStore.open('mongodb://ada:secret@127.0.0.1/app')
    } catch (error) {
      console.log(error.message)
    }`,
  )
  await ended
  expect(lines).toEqual([
    'MongodbStore.open needs the package mongodb: npm install mongodb. In a bundle without that package, pass a client: new MongodbStore({ client })',
  ])
})

it('close: the process ends after it', async () => {
  const { lines, ended } = runProcess(
    beside.folder,
    `import { MongodbStore } from '@coatcheck/store-mongodb'
    const store = MongodbStore.open(process.env.MONGODB_URL, { ttlIndex: false, collection: 'ended' })
    await store.set('a', { cookie: { maxAge: 60_000 }, user: 'Ada' })
    console.log((await store.get('a')).user)
    await store.close()`,
    { MONGODB_URL: inject('mongodbUrl') },
  )
  await ended
  expect(lines).toEqual(['Ada'])
})
