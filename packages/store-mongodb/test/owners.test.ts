import { randomBytes } from 'node:crypto'
import { describeOwners } from '../../session/test/support/owners.ts'
import { openStore } from './support/mongodb.ts'

describeOwners('store-mongodb', () => {
  const collection = `owners-${randomBytes(6).toString('hex')}`
  return options => openStore({ collection, ...options })
})
