import { describeOwners } from '../../session/test/support/owners.ts'
import { newSchema, openStore } from './support/postgres.ts'

describeOwners('store-postgres', async () => {
  const schema = await newSchema()
  return options => openStore({ schema, ...options })
})
