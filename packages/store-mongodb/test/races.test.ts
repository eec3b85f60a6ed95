import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { describeRaces } from '../../session/test/support/races.ts'

const collection = `races-${randomBytes(6).toString('hex')}`

describeRaces('store-mongodb', {
  stores: ['store-mongodb'],
  source: `
    import { MongodbStore } from '@coatcheck/store-mongodb'
    const store = MongodbStore.open(process.env.MONGODB_URL, { collection: process.env.COLLECTION })
  `,
  env: () => ({ MONGODB_URL: inject('mongodbUrl'), COLLECTION: collection }),
})
