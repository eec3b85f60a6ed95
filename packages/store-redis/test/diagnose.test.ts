import type { Finding } from '@coatcheck/session'
import { startRedis } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { expect, it, onTestFinished } from 'vitest'
import { failureOf, openClient, openStore, own } from './support/redis.ts'

async function found(store: RedisStore): Promise<Record<string, Finding>> {
  return Object.fromEntries((await store.diagnose()).map(finding => [finding.name, finding]))
}

it('diagnose: versions, clock, memory and persistence of a server', async () => {
  const server = await own(startRedis({ dedicated: true, args: ['--appendonly', 'yes'] }))
  const findings = await found(openStore({}, server.url))
  expect(Object.keys(findings)).toEqual([
    'packages',
    'server',
    'clock',
    'writes on a condition',
    'maxmemory-policy',
    'persistence',
  ])
  expect(findings.packages!.text).toMatch(/^@coatcheck\/store-redis \d+\.\d+\.\d+\S*, ioredis 5\.\d+\.\d+$/)
  expect(findings.server!.text).toMatch(/^(redis|valkey) \d+\.\d+\.\d+, standalone$/)
  expect(findings.clock!.text).toMatch(/^-?\d+ ms ahead of this process$/)
  expect(findings['maxmemory-policy']!.text).toMatch(/^noeviction, no maxmemory is set/)
  expect(findings.persistence!.text).toMatch(/^appendonly/)
  expect(Object.values(findings).map(({ level }) => level)).toEqual(Array(6).fill('ok'))
})

it('diagnose: a server that evicts sessions, or forgets them when it restarts, is a warning', async () => {
  const args = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']
  const server = await own(startRedis({ dedicated: true, args }))
  const client = openClient({}, server.url)
  const store = new RedisStore({ client })
  const policy = async () => (await found(store))['maxmemory-policy']!
  expect(await policy()).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/^allkeys-lru, at 104857600 bytes, 0 keys evicted so far: .*noeviction/),
  })
  await client.config('SET', 'maxmemory-policy', 'volatile-ttl')
  expect(await policy()).toMatchObject({ level: 'warning' })
  await client.config('SET', 'maxmemory-policy', 'noeviction')
  expect(await policy()).toMatchObject({ level: 'ok' })
  await client.config('SET', 'appendonly', 'no')
  await client.config('SET', 'save', '')
  expect((await found(store)).persistence).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/^neither appendonly nor save/),
  })
  await client.config('SET', 'save', '3600 1')
  expect((await found(store)).persistence).toMatchObject({
    level: 'ok',
    text: expect.stringMatching(/^snapshots \(save 3600 1\), no appendonly/),
  })
})

it('diagnose: what the user of the store may not ask is said so', async () => {
  const server = await own(startRedis({ dedicated: true, args: ['--appendonly', 'no'] }))
  const admin = openClient({}, server.url)
  const as = async (name: string, ...rules: string[]) => {
    await admin.call('ACL', 'SETUSER', name, 'on', '>pass', '~sess:*', '+@all', ...rules)
    const client = openClient({ username: name, password: 'pass' }, server.url)
    return found(new RedisStore({ client }))
  }
  const narrow = await as('narrow', '-info', '-config', '-time')
  expect(Object.values(narrow).map(({ level }) => level)).toEqual(Array(4).fill('ok'))
  expect(narrow.server!.text).toMatch(/may not run INFO/)
  expect(narrow.clock!.text).toMatch(/may not run TIME/)
  expect((await as('reader', '-config')).persistence).toMatchObject({
    level: 'ok',
    text: expect.stringMatching(/may not ask for "save"/),
  })
})

it('diagnose: a server that is away is a rejection', async () => {
  const store = RedisStore.open('redis://127.0.0.1:1')
  onTestFinished(() => store.close())
  expect(await failureOf(store.diagnose())).toBeInstanceOf(Error)
})
