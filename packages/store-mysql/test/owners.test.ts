import { expect } from 'vitest'
import { describeOwnerColumn } from '../../session/test/support/owner-column.ts'
import { describeOwners, sessionFor } from '../../session/test/support/owners.ts'
import { newDatabase, openPool, openStore, rowsOf, urlOf } from './support/mysql.ts'

describeOwners('store-mysql', async () => {
  const url = urlOf(await newDatabase())
  return options => openStore(options, url)
})

describeOwnerColumn('store-mysql', 'MysqlStore', async () => {
  const database = await newDatabase()
  const url = urlOf(database)
  const before = openStore({}, url)
  await before.set('a', sessionFor('ada'))
  const pool = openPool(database)
  return {
    url,
    async owners() {
      const columns = await rowsOf(pool, "SHOW COLUMNS FROM sessions LIKE 'owner'")
      const indexes = await rowsOf(pool, "SHOW INDEX FROM sessions WHERE Column_name = 'owner'")
      // The store that has no owners goes on.
      expect(await before.get('a')).toMatchObject({ user: 'ada' })
      return { columns: columns.length, indexes: indexes.length }
    },
  }
})
