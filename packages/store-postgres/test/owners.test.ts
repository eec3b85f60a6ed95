import { expect } from 'vitest'
import { describeOwnerColumn } from '../../session/test/support/owner-column.ts'
import { describeOwners, sessionFor } from '../../session/test/support/owners.ts'
import { newSchema, openPool, openStore, urlOf } from './support/postgres.ts'

describeOwners('store-postgres', async () => {
  const schema = await newSchema()
  return options => openStore({ schema, ...options })
})

describeOwnerColumn('store-postgres', 'PostgresStore', async () => {
  const schema = await newSchema()
  const before = openStore({ schema })
  await before.set('a', sessionFor('ada'))
  const pool = openPool({ max: 1 })
  return {
    url: urlOf(),
    options: { schema },
    async owners() {
      const columns = await pool.query(
        "SELECT FROM information_schema.columns WHERE table_schema = $1 AND column_name = 'owner'",
        [schema],
      )
      const indexes = await pool.query(
        "SELECT FROM pg_indexes WHERE schemaname = $1 AND indexdef LIKE '%(owner)%'",
        [schema],
      )
      // The store that has no owners goes on.
      expect(await before.get('a')).toMatchObject({ user: 'ada' })
      return { columns: columns.rowCount ?? 0, indexes: indexes.rowCount ?? 0 }
    },
  }
})
