import { describeOwners } from '../../session/test/support/owners.ts'
import { newDatabase, openStore, urlOf } from './support/mysql.ts'

describeOwners('store-mysql', async () => {
  const url = urlOf(await newDatabase())
  return options => openStore(options, url)
})
