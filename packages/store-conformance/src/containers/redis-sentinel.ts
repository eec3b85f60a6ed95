import { setTimeout as sleep } from 'node:timers/promises'
import { onFreePorts, start } from './container.ts'
import { natMap, redisConf, redisVersion } from './redis-conf.ts'
import type { Address, DatabaseServer } from './server.ts'

/** A Redis master with a replica, watched by a Sentinel. `options` are what `ioredis` takes, `url` is the Sentinel. */
export interface RedisSentinelServer extends DatabaseServer {
  readonly options: { name: string; sentinels: Address[]; natMap: Record<string, Address> }
  /** The port of the current master. */
  master(): Promise<number>
  /** Kills the master, waits until the replica is the master, and starts the killed server as its replica, up to date. */
  failover(): Promise<void>
}

/** A Redis master, its replica and a Sentinel in one container, each on the same port inside and outside. */
export async function startRedisSentinel(): Promise<RedisSentinelServer> {
  return onFreePorts(3, async ([sentinel, first, second]: [number, number, number]) => {
    const replicated = ['daemonize yes', 'repl-diskless-sync-delay 0']
    const container = await start('redis', {
      ports: [sentinel, first, second],
      files: [
        redisConf(first, ...replicated),
        redisConf(second, ...replicated, `replicaof 127.0.0.1 ${first}`),
        redisConf(
          sentinel,
          `sentinel monitor ${MASTER} 127.0.0.1 ${first} 1`,
          `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER}`,
          `sentinel failover-timeout ${MASTER} 1500`,
        ),
      ],
      command: ['sh', '-c', SENTINEL, 'sh', `${sentinel}`, `${first}`, `${second}`],
      // The Sentinel has seen the replica.
      ready: ({ forLogMessage }) => forLogMessage(/\+slave slave|the replica is known/),
    })
    const { host, controls, exec } = container

    async function ask(question: string): Promise<string[]> {
      const answer = await exec('redis-cli', '-p', `${sentinel}`, 'sentinel', question, MASTER)
      return answer.trim().split(/\s+/)
    }

    async function master(): Promise<number> {
      return Number((await ask('get-master-addr-by-name'))[1])
    }

    return {
      ...controls,
      url: `redis://${host}:${sentinel}`,
      options: { name: MASTER, sentinels: [{ host, port: sentinel }], natMap: natMap(host, [first, second]) },
      version: await redisVersion(container),
      master,
      async failover() {
        const killed = await master()
        await exec('sh', '-c', `kill -9 $(cat /data/${killed}/pid)`)
        await until(async () => (await master()) !== killed)
        const conf = `/etc/coatcheck/${killed}.conf`
        await exec('redis-server', conf, '--replicaof', '127.0.0.1', `${await master()}`)
        await until(async () => {
          const replica = await ask('replicas')
          const linked = (await exec('redis-cli', '-p', `${killed}`, 'info', 'replication')).includes(LINKED)
          return linked && replica[replica.indexOf('flags') + 1] === 'slave'
        })
        await exec('redis-cli', '-p', `${killed}`, 'config', 'rewrite')
      },
    }
  })
}

const MASTER = 'coatcheck'

// A Sentinel pings each second, or at this interval if that is shorter. If it is much shorter, the Sentinel considers a new link dead before
// its first ping, and replaces a master that was just promoted.
const DOWN_AFTER = 1500

const LINKED = 'master_link_status:up'

const SENTINEL = `
sentinel=$1
for port; do mkdir -p /data/$port; done
shift
for port; do redis-server /etc/coatcheck/$port.conf; done
until for port; do redis-cli -p $port info replication; done | grep -q ${LINKED}; do sleep 0.05; done
grep -q known-replica /etc/coatcheck/$sentinel.conf && echo the replica is known
exec redis-server /etc/coatcheck/$sentinel.conf --sentinel`

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('The failover did not happen within 30 seconds.')
    await sleep(50)
  }
}
