import { type RedisClusterServer, startRedisCluster } from '@coatcheck/store-conformance/containers'
import { afterAll, beforeAll } from 'vitest'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { lookAtCluster, subjectOf } from './conformance-subject.ts'
import { clusters } from './support/clients.ts'
import { describeConformance } from './support/conform.ts'

let server: RedisClusterServer
beforeAll(async () => {
  server = await startRedisCluster()
})
afterAll(() => server.stop())

for (const name of inMatrix ? Object.keys(clusters) : ['ioredis 5', 'node-redis 5']) {
  describeConformance(`${name}, on three masters`, () =>
    subjectOf({
      name,
      connect: () => clusters[name]!(server.nodes, server.options.natMap),
      look: () => lookAtCluster(server),
    }),
  )
}
