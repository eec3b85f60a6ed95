import { type RedisSentinelServer, startRedisSentinel } from '@coatcheck/store-conformance/containers'
import * as ioredis6 from 'ioredis6'
import * as redis6 from 'redis6'
import { afterAll, beforeAll } from 'vitest'
import { lookAtMaster, subjectOf } from './conformance-subject.ts'
import type { Connected } from './support/clients.ts'
import { describeConformance } from './support/conform.ts'

let server: RedisSentinelServer
beforeAll(async () => {
  server = await startRedisSentinel()
  // On a busy machine, a master that answers late is no dead one.
  const sentinel = new ioredis6.Redis(server.url)
  await sentinel.call('sentinel', 'set', server.options.name, 'down-after-milliseconds', '60000')
  sentinel.disconnect()
})
afterAll(() => server.stop())

/** Clients that ask the Sentinel for the master, by package. */
const clients: Record<string, () => Promise<Connected>> = {
  async 'ioredis 6'() {
    const client = new ioredis6.Redis(server.options)
    client.on('error', () => {})
    return { client, end: () => client.disconnect() }
  },
  async 'node-redis 6'() {
    const { name, sentinels, natMap } = server.options
    const options = { name, sentinelRootNodes: sentinels, nodeAddressMap: natMap }
    const client = await redis6
      .createSentinel(options)
      .on('error', () => {})
      .connect()
    return { client, end: () => client.destroy() }
  },
}

for (const [name, connect] of Object.entries(clients)) {
  describeConformance(`${name}, behind a Sentinel`, () =>
    subjectOf({ name, connect, look: () => lookAtMaster(server) }),
  )
}
