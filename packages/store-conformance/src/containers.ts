// Real databases for tests, in containers. They are meant for one start per test run and package: see `dedicated`
// for tests that stop and freeze a server.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Controls, type File, freePorts, type Started, start } from './container.ts'

export interface DatabaseOptions {
  /**
   * A server of one's own, even where `REDIS_URL` or `POSTGRES_URL` names a running one: for tests that stop it,
   * freeze it or configure it. Default `false`.
   */
  dedicated?: boolean
  /** Further arguments for `redis-server` or `postgres`. Only for a server in a container. Default none. */
  args?: readonly string[]
}

/** A database to test against, and what can be done to it. */
export interface DatabaseServer extends Controls {
  /** Where clients connect to; the same for the server's whole life. */
  readonly url: string
  /** What the server says of itself, such as `7.0.15`; `undefined` for one that a URL names. */
  readonly version: string | undefined
}

export interface Address {
  host: string
  port: number
}

/** A Redis server. `options` are what `ioredis` takes. */
export interface RedisServer extends DatabaseServer {
  readonly options: Address & { db?: number; username?: string; password?: string; tls?: object }
}

/** Three Redis masters: `new Cluster(nodes, options)`, with the `Cluster` of `ioredis`. */
export interface RedisClusterServer extends DatabaseServer {
  readonly nodes: readonly Address[]
  readonly options: { natMap: Record<string, Address> }
}

/** A Redis master with a replica, watched by a Sentinel. `options` are what `ioredis` takes, `url` is the Sentinel. */
export interface RedisSentinelServer extends DatabaseServer {
  readonly options: { name: string; sentinels: Address[]; natMap: Record<string, Address> }
  /** The port of today's master. */
  master(): Promise<number>
  /** Kills the master, waits until the replica has taken its place, and starts the killed server as a replica. */
  failover(): Promise<void>
}

/** A PostgreSQL server. `options` are what `pg` takes. */
export interface PostgresServer extends DatabaseServer {
  readonly options: { connectionString: string }
}

/** A PostgreSQL server with a PgBouncer in transaction mode before it. */
export interface PgBouncerServer extends PostgresServer {
  readonly pgbouncer: { readonly url: string; readonly options: { connectionString: string } }
}

/** A Redis server: the one of `REDIS_URL`, or one in a container. */
export async function startRedis(options: DatabaseOptions = {}): Promise<RedisServer> {
  const { dedicated = false, args = [] } = options
  const url = process.env.REDIS_URL
  if (url && !dedicated) return { ...runningElsewhere('REDIS_URL', url), options: redisOptions(url) }
  const [port] = (await freePorts(1)) as [number]
  const container = await start('redis', {
    ...(!dedicated && { instead: 'REDIS_URL' }),
    ports: [port],
    command: ['redis-server', '--port', `${port}`, ...DURABLE, ...args],
    ready: ({ forLogMessage }) => forLogMessage(/Ready to accept connections/),
  })
  const { host, controls } = container
  return {
    ...controls,
    url: `redis://${host}:${port}`,
    options: { host, port },
    version: await redisVersion(container),
  }
}

// Reachable from outside, and nothing is lost when the server is killed.
const DURABLE = ['--protected-mode', 'no', '--appendonly', 'yes', '--save', '']

/** A Redis Cluster of three masters in one container, each on the same port inside and outside. */
export async function startRedisCluster(): Promise<RedisClusterServer> {
  const ports = await freePorts(3)
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
}

// Nodes that are started again know each other and their slots.
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

/** A Redis master, its replica and a Sentinel in one container, each on the same port inside and outside. */
export async function startRedisSentinel(): Promise<RedisSentinelServer> {
  const [sentinel, first, second] = (await freePorts(3)) as [number, number, number]
  const replicated = ['daemonize yes', 'repl-diskless-sync-delay 0']
  const container = await start('redis', {
    ports: [sentinel, first, second],
    files: [
      redisConf(first, ...replicated),
      redisConf(second, ...replicated, `replicaof 127.0.0.1 ${first}`),
      redisConf(
        sentinel,
        `sentinel monitor ${MASTER} 127.0.0.1 ${first} 1`,
        `sentinel down-after-milliseconds ${MASTER} 500`,
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
        return replica[replica.indexOf('flags') + 1] === 'slave'
      })
      await exec('redis-cli', '-p', `${killed}`, 'config', 'rewrite')
    },
  }
}

const MASTER = 'coatcheck'

const SENTINEL = `
sentinel=$1
for port; do mkdir -p /data/$port; done
shift
for port; do redis-server /etc/coatcheck/$port.conf; done
until for port; do redis-cli -p $port info replication; done | grep -q master_link_status:up; do sleep 0.05; done
grep -q known-replica /etc/coatcheck/$sentinel.conf && echo the replica is known
exec redis-server /etc/coatcheck/$sentinel.conf --sentinel`

/** A PostgreSQL server: the one of `POSTGRES_URL`, or one in a container. With PgBouncer it is always a container. */
export function startPostgres(options: DatabaseOptions & { pgbouncer: true }): Promise<PgBouncerServer>
export function startPostgres(options?: DatabaseOptions & { pgbouncer?: boolean }): Promise<PostgresServer>
export async function startPostgres(
  options: DatabaseOptions & { pgbouncer?: boolean } = {},
): Promise<PostgresServer | PgBouncerServer> {
  const { dedicated = false, pgbouncer = false, args = [] } = options
  const running = process.env.POSTGRES_URL
  if (running && !dedicated && !pgbouncer) {
    return { ...runningElsewhere('POSTGRES_URL', running), options: { connectionString: running } }
  }
  const [port, bouncerPort] = (await freePorts(2)) as [number, number]
  const server = ['postgres', '-c', 'fsync=off', ...args]
  const listening = pgbouncer ? [port, bouncerPort] : [port]
  const { host, controls, exec } = await start('postgres', {
    ...(!dedicated && !pgbouncer && { instead: 'POSTGRES_URL' }),
    environment: {
      POSTGRES_USER: 'coatcheck',
      POSTGRES_PASSWORD: 'coatcheck',
      POSTGRES_DB: 'coatcheck',
      PGPORT: `${port}`,
    },
    ports: [port, bouncerPort],
    files: pgbouncer ? pgbouncerFiles(port, bouncerPort) : [],
    command: pgbouncer ? ['sh', '-c', PGBOUNCER, 'sh', ...server] : server,
    ready: ({ forSuccessfulCommand }) =>
      forSuccessfulCommand(listening.map(port => `pg_isready -q -h 127.0.0.1 -p ${port}`).join(' && ')),
  })
  const version = await exec('psql', '-U', 'coatcheck', '-tAc', 'SHOW server_version')
  return {
    ...controls,
    ...postgresAt(host, port),
    version: version.split(/\s/)[0],
    ...(pgbouncer && { pgbouncer: postgresAt(host, bouncerPort) }),
  }
}

function postgresAt(host: string, port: number) {
  const url = `postgres://coatcheck:coatcheck@${host}:${port}/coatcheck`
  return { url, options: { connectionString: url } }
}

const PGBOUNCER =
  'pgbouncer --quiet --user postgres /etc/coatcheck/pgbouncer.ini & exec docker-entrypoint.sh "$@"'

// Few connections to the server, so that clients do share them.
function pgbouncerFiles(port: number, bouncerPort: number): File[] {
  const settings = [
    '[databases]',
    `* = host=127.0.0.1 port=${port}`,
    '[pgbouncer]',
    'listen_addr = 0.0.0.0',
    `listen_port = ${bouncerPort}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    'auth_file = /etc/coatcheck/users.txt',
    'pool_mode = transaction',
    'default_pool_size = 5',
    'max_client_conn = 500',
    'server_login_retry = 1',
  ]
  return [
    { target: '/etc/coatcheck/pgbouncer.ini', content: lines(settings) },
    { target: '/etc/coatcheck/users.txt', content: '"coatcheck" "coatcheck"\n' },
  ]
}

function runningElsewhere(variable: string, url: string) {
  const refuse = async () => {
    throw new Error(
      `The server that ${variable} names is not stopped by tests: start a dedicated one for that.`,
    )
  }
  return {
    url,
    version: undefined,
    stop: async () => {},
    stopServer: refuse,
    startServer: refuse,
    pause: refuse,
    unpause: refuse,
  }
}

function redisOptions(url: string): RedisServer['options'] {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  }
}

// Nothing is lost when the server is killed.
function redisConf(port: number, ...settings: string[]): File {
  const common = [
    'protected-mode no',
    `port ${port}`,
    `dir /data/${port}`,
    `pidfile /data/${port}/pid`,
    'appendonly yes',
    'save ""',
  ]
  return { target: `/etc/coatcheck/${port}.conf`, content: lines([...common, ...settings]) }
}

function lines(settings: string[]): string {
  return settings.map(setting => `${setting}\n`).join('')
}

async function redisVersion({ exec }: Started): Promise<string | undefined> {
  return /v=(\S+)/.exec(await exec('redis-server', '--version'))?.[1]
}

// Servers in a container tell clients about each other; a client elsewhere has to know them by another host.
function natMap(host: string, ports: number[]): Record<string, Address> {
  return Object.fromEntries(ports.map(port => [`127.0.0.1:${port}`, { host, port }]))
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('The failover did not happen within 30 seconds.')
    await sleep(50)
  }
}
