import { expect, inject, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { AS_IT_MUST_BE, moveAndBack } from './support/guide.ts'

const built = useBuilt({ stores: ['store-sqlite', 'store-redis', 'store-postgres', 'store-mongodb'] })

it.each([
  ['connect-redis', () => ({ REDIS_URL: inject('redisUrl') })],
  ['connect-pg-simple', () => ({ DATABASE_URL: inject('postgresUrl') })],
  ['connect-mongo', () => ({ MONGODB_URL: inject('mongodbUrl') })],
])('guide: from %s and back, nobody is logged out', async (name, env) => {
  expect(await moveAndBack(built.folder, name, env())).toEqual(AS_IT_MUST_BE)
})

it('guide: from connect-redis to PostgreSQL while the app runs, and back, nobody is logged out', async () => {
  const env = { REDIS_URL: inject('redisUrl'), DATABASE_URL: inject('postgresUrl') }
  const told = await moveAndBack(built.folder, 'connect-redis', env, 'connect-redis-to-postgres')
  expect(told).toEqual(AS_IT_MUST_BE)
})
