import { onFreePorts, start } from './container.ts'
import { type DatabaseOptions, type DatabaseServer, runningElsewhere } from './server.ts'

/** A MySQL or MariaDB server. `options` are what `mysql2` takes. Its user may do everything. */
export interface MysqlServer extends DatabaseServer {
  readonly options: { uri: string }
}

/** A MySQL or MariaDB server: the one of `MYSQL_URL`, or one in a container. */
export async function startMysql(options: DatabaseOptions = {}): Promise<MysqlServer> {
  const { dedicated = false, args = [] } = options
  const running = process.env.MYSQL_URL
  if (running && !dedicated) return { ...runningElsewhere('MYSQL_URL', running), options: { uri: running } }
  return onFreePorts(1, async ([port]: [number]) => {
    const { host, controls, exec } = await start('mysql', {
      ...(!dedicated && { instead: 'MYSQL_URL' }),
      environment: { MYSQL_ROOT_PASSWORD: 'coatcheck', MYSQL_DATABASE: 'coatcheck' },
      ports: [port],
      command: [`--port=${port}`, ...FAST, ...args],
      // The server that the official images start to prepare the database has another port, or none.
      ready: ({ forLogMessage }) => forLogMessage(new RegExp(`port: ${port}\\b`)),
    })
    const url = `mysql://root:coatcheck@${host}:${port}/coatcheck`
    const said = await exec('sh', '-c', 'mysqld --version || mariadbd --version')
    return { ...controls, url, options: { uri: url }, version: /Ver (\d+\.\d+\.\d+)/.exec(said)?.[1] }
  })
}

// No change waits for the disk, no new table on MariaDB either. Who kills the server loses nothing by that.
const FAST = [
  '--innodb-flush-log-at-trx-commit=2',
  '--sync-binlog=0',
  '--skip-log-bin',
  '--loose-debug-no-sync',
]
