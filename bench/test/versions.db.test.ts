import { afterAll, expect, it, vi } from 'vitest'

// The programs of the benchmarks have no types.
const { closeDatabases, databaseFor, takeServerVersions } = await import(
  String(new URL('../lib/databases.mjs', import.meta.url))
)

afterAll(async () => {
  vi.unstubAllEnvs()
  await closeDatabases()
})

it('versions: the record of a case names the servers that it used, and not those of the cases before', async () => {
  // Of a server at a URL the benchmarks do not know the version.
  vi.stubEnv('REDIS_URL', '')
  await databaseFor('redis')
  expect(takeServerVersions()).toEqual({ redis: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
  await databaseFor('memory')
  expect(takeServerVersions()).toEqual({})
  await databaseFor('redis')
  expect(Object.keys(takeServerVersions())).toEqual(['redis'])
})
