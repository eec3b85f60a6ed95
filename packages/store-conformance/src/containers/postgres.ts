import { type File, onFreePorts, start } from './container.ts'
import { type DatabaseOptions, type DatabaseServer, lines, runningElsewhere } from './server.ts'

/** A PostgreSQL server. `options` are what `pg` takes. */
export interface PostgresServer extends DatabaseServer {
  readonly options: { connectionString: string }
}

/** A PostgreSQL server with a PgBouncer in transaction mode. */
export interface PgBouncerServer extends PostgresServer {
  readonly pgbouncer: { readonly url: string; readonly options: { connectionString: string } }
}

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
  return onFreePorts(2, async ([port, bouncerPort]: [number, number]) => {
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
  })
}

function postgresAt(host: string, port: number) {
  const url = `postgres://coatcheck:coatcheck@${host}:${port}/coatcheck`
  return { url, options: { connectionString: url } }
}

const PGBOUNCER =
  'pgbouncer --quiet --user postgres /etc/coatcheck/pgbouncer.ini & exec docker-entrypoint.sh "$@"'

// Few connections to the server, so that clients have to share them.
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
