import { startRedis, startRedisCluster, startRedisSentinel } from '@coatcheck/store-conformance/containers'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Container, onFreePorts, start } from '../src/containers/container.ts'

interface Stoppable {
  stop(): Promise<void>
}

async function own<T extends Stoppable>(starting: Promise<T>): Promise<T> {
  const server = await starting
  onTestFinished(() => server.stop())
  return server
}

function connected<T extends Redis | Cluster>(client: T): T {
  // Connections break here on purpose.
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

/** Waits for a server that is away. */
function patient(options: RedisOptions): Redis {
  return connected(new Redis({ ...options, retryStrategy: () => 50, maxRetriesPerRequest: null }))
}

/** Whether an answer has come within a time that a living server needs a hundredth of. */
function within(answer: Promise<unknown>, ms: number): Promise<boolean> {
  return Promise.race([answer.then(() => true), new Promise<boolean>(done => setTimeout(done, ms, false))])
}

test('redis: comes back on its port with its data after it was killed', async () => {
  const server = await own(startRedis({ dedicated: true }))
  const redis = patient(server.options)
  await redis.set('a', '1')
  await server.stopServer()
  const other = connected(new Redis({ ...server.options, retryStrategy: () => null, lazyConnect: true }))
  await expect(other.connect()).rejects.toThrow()
  await server.startServer()
  expect(await redis.get('a')).toBe('1')
  expect(server.version).toMatch(/^\d+\.\d+/)
})

test('redis: a frozen server answers when it goes on', async () => {
  const server = await own(startRedis({ dedicated: true }))
  const redis = patient(server.options)
  await redis.set('a', '1')
  await server.pause()
  const answer = redis.get('a')
  expect(await within(answer, 300)).toBe(false)
  await server.unpause()
  expect(await answer).toBe('1')
})

test('redis: takes arguments', async () => {
  const server = await own(startRedis({ dedicated: true, args: ['--maxmemory', '4mb'] }))
  expect(await patient(server.options).config('GET', 'maxmemory')).toEqual(['maxmemory', '4194304'])
})

test('redis: REDIS_URL is used as it is, and is never stopped', async () => {
  vi.stubEnv('REDIS_URL', 'rediss://me:pa%40ss@example.test:7000/3')
  onTestFinished(() => void vi.unstubAllEnvs())
  const server = await startRedis()
  expect(server.url).toBe('rediss://me:pa%40ss@example.test:7000/3')
  expect(server.options).toEqual({
    host: 'example.test',
    port: 7000,
    username: 'me',
    password: 'pa@ss',
    db: 3,
    tls: {},
  })
  await expect(server.stopServer()).rejects.toThrow('start a dedicated one')
  await server.stop()
})

test('redis: an image that is not there is named', async () => {
  vi.stubEnv('REDIS_URL', '')
  vi.stubEnv('COATCHECK_REDIS_IMAGE', 'nowhere.test/redis:1')
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(startRedis()).rejects.toThrow('nowhere.test/redis:1')
})

test('redis cluster: three masters share the keys, also after they were killed', async () => {
  const server = await own(startRedisCluster())
  const connect = () =>
    connected(new Cluster([...server.nodes], { ...server.options, clusterRetryStrategy: () => 100 }))
  const cluster = connect()
  const keys = Array.from({ length: 300 }, (_, i) => `k${i}`)
  await Promise.all(keys.map(key => cluster.set(key, key)))
  const sizes = await Promise.all(cluster.nodes('master').map(master => master.dbsize()))
  expect(sizes).toHaveLength(3)
  expect(Math.min(...sizes)).toBeGreaterThan(50)
  await server.stopServer()
  await server.startServer()
  const again = connect()
  expect(await Promise.all(keys.map(key => again.get(key)))).toEqual(keys)
})

test('redis sentinel: a killed master is replaced, as often as one likes', async () => {
  const server = await own(startRedisSentinel())
  const redis = patient({ ...server.options, sentinelRetryStrategy: () => 100 })
  await redis.set('a', '1')
  await redis.wait(1, 1000)
  for (let round = 0; round < 2; round++) {
    const before = await server.master()
    await server.failover()
    expect(await server.master()).not.toBe(before)
    expect(await redis.get('a')).toBe('1')
    await redis.set('a', '1')
    expect(await redis.wait(1, 5000)).toBe(1)
  }
})

test('redis: a port that another program takes before the server has it is changed for another', async () => {
  const server = await own(startRedis({ dedicated: true }))
  const tried: number[] = []
  const { controls, port } = await onFreePorts(1, async ([free]: [number]) => {
    const port = tried.length === 0 ? Number(new URL(server.url).port) : free
    tried.push(port)
    const command = ['redis-server', '--port', `${port}`, '--protected-mode', 'no']
    const ready: Container['ready'] = wait => wait.forLogMessage(/Ready to accept connections/)
    const { controls } = await start('redis', { ports: [port], command, ready })
    return { controls, port }
  })
  onTestFinished(() => controls.stop())
  expect(tried).toEqual([Number(new URL(server.url).port), port])
})
