import { onFreePorts, start } from './container.ts'
import { natMap, redisConf, redisVersion } from './redis-conf.ts'
import type { Address, DatabaseServer } from './server.ts'

/** Three Redis masters: `new Cluster(nodes, options)`, with the `Cluster` of `ioredis`. */
export interface RedisClusterServer extends DatabaseServer {
  readonly nodes: readonly Address[]
  readonly options: { natMap: Record<string, Address> }
}

/** A Redis Cluster of three masters in one container, each on the same port inside and outside. */
export async function startRedisCluster(): Promise<RedisClusterServer> {
  return onFreePorts(3, async (ports: [number, number, number]) => {
    const container = await start('redis', {
      ports,
      files: ports.map(port => redisConf(port, 'cluster-enabled yes', 'cluster-node-timeout 2000')),
      command: ['sh', '-c', CLUSTER, 'sh', ...ports.map(String)],
      ready: ({ forLogMessage }) => forLogMessage('the cluster is ready'),
    })
    const { host, controls } = container
    return {
      ...controls,
      url: `redis://${host}:${ports[0]}`,
      nodes: ports.map(port => ({ host, port })),
      options: { natMap: natMap(host, ports) },
      version: await redisVersion(container),
    }
  })
}

// Restarted nodes know each other and their slots.
const CLUSTER = `
for port; do
  mkdir -p /data/$port
  redis-server /etc/coatcheck/$port.conf &
done
for port; do
  until redis-cli -p $port ping; do sleep 0.05; done >/dev/null 2>&1
done
if [ ! -e /data/created ]; then
  node=0
  for port; do
    redis-cli -p $port cluster set-config-epoch $((node + 1))
    redis-cli -p $port cluster addslots $(seq $((16384 * node / 3)) $((16384 * (node + 1) / 3 - 1)))
    for other; do redis-cli -p $port cluster meet 127.0.0.1 $other; done
    node=$((node + 1))
  done
  touch /data/created
fi
for port; do
  until redis-cli -p $port cluster info | grep -q cluster_state:ok; do sleep 0.05; done
done
echo the cluster is ready
wait`
