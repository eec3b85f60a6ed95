import { startMongodb } from '@coatcheck/store-conformance/containers'
import { MongodbStore } from '@coatcheck/store-mongodb'
import { it } from 'vitest'
import { useServer } from '../../session/test/support/dedicated.ts'
import { throughAnOutage } from '../../session/test/support/many-stores.ts'
import { newClient, versions } from './support/mongodb.ts'

const server = useServer(() => startMongodb({ dedicated: true }))

it.each(versions)(
  'eleven stores on one client of %s: an outage and a recovery make no MaxListenersExceededWarning',
  async version => {
    const client = newClient(server().url, version, { serverSelectionTimeoutMS: 500, maxPoolSize: 5 })
    const options = { client, dbName: `many-${version.at(-1)}`, ttlIndex: false }
    await throughAnOutage(server(), {
      make: i => new MongodbStore({ ...options, collection: `many${i}` }),
      end: () => client.close(),
    })
  },
)

it('eleven stores of open: an outage and a recovery make no MaxListenersExceededWarning', async () => {
  // On a busy machine, eleven connections take more than a second.
  const options = { timeout: 5000, ttlIndex: false }
  await throughAnOutage(server(), {
    make: i => MongodbStore.open(server().url, { ...options, collection: `own${i}` }),
  })
})
