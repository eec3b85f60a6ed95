import { type RedisClusterServer, startRedisCluster } from '@coatcheck/store-conformance/containers'
import { afterAll, beforeAll } from 'vitest'
import { chosen } from '../../session/test/support/in-matrix.ts'
import { lookAtCluster, subjectOf } from './conformance-subject.ts'
import { clusters } from './support/clients.ts'
import { describeConformance } from './support/conform.ts'

let server: RedisClusterServer
beforeAll(async () => {
  server = await startRedisCluster()
})
afterAll(() => server.stop())

for (const [name, connect] of chosen(clusters, ['ioredis 5'])) {
  describeConformance(`${name}, on three masters`, () =>
    subjectOf({
      name,
      connect: () => connect(server.nodes, server.options.natMap),
      look: () => lookAtCluster(server),
    }),
  )
}
